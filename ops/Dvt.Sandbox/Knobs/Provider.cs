namespace Dvt.Sandbox;

/// <summary>Marks the routes that stand in for a provider: these are in the journal, and knobs work on them.</summary>
/// <param name="Error">How this provider says that it failed, by status.</param>
sealed record Provider(string Name, Func<int, (string ContentType, string Body)> Error)
{
    public static Provider? Of(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<Provider>();
}

static class Providing
{
    public static T OfProvider<T>(this T routes, string name, Func<int, (string ContentType, string Body)> error)
        where T : IEndpointConventionBuilder => routes.WithMetadata(new Provider(name, error));
}
