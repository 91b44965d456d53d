using System.Net;
using System.Net.Http.Headers;

namespace Dvt.Launcher;

/// <summary>
/// The plans, the units and the telephone that the demo tenant begins with. Sending one twice changes nothing. The telephone is the
/// sandbox's, so that somebody can write as a guest.
/// </summary>
static class SampleData
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task PublishAsync(string api, string apiKey, string folder, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new(api), Timeout = Patience };
        http.DefaultRequestHeaders.Add("X-Api-Key", apiKey);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            await PostAsync(http, "/v1/plans?publish=true", file, key: null, done: [], cancellation);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "units"), "*.json").Order(StringComparer.Ordinal))
        {
            await PostAsync(http, "/v1/units", file, key: $"sample-{Path.GetFileNameWithoutExtension(file)}", done: [], cancellation);
        }

        // In use already, by whomever, or deleted by its tenant, who will not want it back.
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "channels"), "*.json").Order(StringComparer.Ordinal))
        {
            await PostAsync(http, "/v1/channels", file, key: $"sample-{Path.GetFileNameWithoutExtension(file)}", done: [HttpStatusCode.Conflict], cancellation);
        }
    }

    /// <param name="done">Answers besides 2xx that end it well.</param>
    static async Task PostAsync(HttpClient http, string path, string file, string? key, HttpStatusCode[] done, CancellationToken cancellation)
    {
        // The first account is made by the API itself, a moment after it answers.
        for (var deadline = DateTime.UtcNow + Patience; ; await Task.Delay(200, cancellation))
        {
            using var sample = new ByteArrayContent(await File.ReadAllBytesAsync(file, cancellation));
            sample.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = sample };
            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            using var answer = await http.SendAsync(request, cancellation);
            if (answer.IsSuccessStatusCode || done.Contains(answer.StatusCode))
            {
                return;
            }

            if (DateTime.UtcNow > deadline)
            {
                var problem = await answer.Content.ReadAsStringAsync(cancellation);
                throw new LauncherException($"{Path.GetFileName(file)} was not taken: {(int)answer.StatusCode} {problem}");
            }
        }
    }
}
