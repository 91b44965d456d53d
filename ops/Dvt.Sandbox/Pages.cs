namespace Dvt.Sandbox;

/// <summary>The pages for people, embedded beside the code that answers them.</summary>
static class Pages
{
    public static IResult Html(string name)
    {
        using var stream = typeof(Pages).Assembly.GetManifestResourceStream("Dvt.Sandbox." + name)
            ?? throw new InvalidOperationException($"the page {name} is not embedded");
        using var reader = new StreamReader(stream);
        return Results.Text(reader.ReadToEnd(), "text/html; charset=utf-8");
    }
}
