using System.Net.Http.Headers;

namespace Dvt.Launcher;

/// <summary>The plans that the demo tenant begins with. Publishing one twice changes nothing.</summary>
static class SampleData
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task PublishAsync(string api, string apiKey, string folder, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new(api), Timeout = Patience };
        http.DefaultRequestHeaders.Add("X-Api-Key", apiKey);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            await PublishAsync(http, file, cancellation);
        }
    }

    static async Task PublishAsync(HttpClient http, string file, CancellationToken cancellation)
    {
        // The first account is made by the API itself, a moment after it answers.
        for (var deadline = DateTime.UtcNow + Patience; ; await Task.Delay(200, cancellation))
        {
            using var plan = new ByteArrayContent(await File.ReadAllBytesAsync(file, cancellation));
            plan.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await http.PostAsync(new Uri("/v1/plans?publish=true", UriKind.Relative), plan, cancellation);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            if (DateTime.UtcNow > deadline)
            {
                var problem = await answer.Content.ReadAsStringAsync(cancellation);
                throw new LauncherException($"{Path.GetFileName(file)} was not published: {(int)answer.StatusCode} {problem}");
            }
        }
    }
}
