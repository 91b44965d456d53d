using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Dvt.Launcher;

/// <summary><c>demo</c>: exit code 0 only when the sample run completes.</summary>
static class Demo
{
    const string Plan = "demo-tour";
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        new Arguments(given).NothingElse();
        var home = DvtHome.Find();
        if (home.PidOf("supervisor").Living() is null && await Up.RunAsync(["--detach"], cancellation) is not 0 and var failed)
        {
            return failed;
        }

        var (url, key, sandbox) = Installation(home.EnvFile);
        using var http = new HttpClient { BaseAddress = new(url), Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await PlayAsync(http, sandbox, Console.Out, patience.Token) == "RunCompleted" ? 0 : 1;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LauncherException($"the run did not end within {Patience.TotalMinutes:0} minutes");
        }
        catch (HttpRequestException e)
        {
            throw new LauncherException(e.Message);
        }
    }

    /// <summary>Where everything is.</summary>
    /// <exception cref="LauncherException">It has not started yet: the file is written at the end of the start.</exception>
    public static (string Url, string Key, string Sandbox) Installation(string envFile)
    {
        var env = EnvFile.Read(envFile);
        return env.TryGetValue("DVT_URL", out var url) && env.TryGetValue("DVT_API_KEY", out var key) && env.TryGetValue("DVT_SANDBOX_URL", out var sandbox)
            ? (url, key, sandbox)
            : throw new LauncherException($"there is no {envFile} yet: another ./dvt up is still starting. Try again when ./dvt status shows that all is up");
    }

    /// <summary>Starts the plan and prints each event once, in order; the type of the last.</summary>
    public static async Task<string> PlayAsync(HttpClient http, string sandboxUrl, TextWriter output, CancellationToken cancellation)
    {
        var runId = await StartAsync(http, sandboxUrl, cancellation);
        await output.WriteLineAsync($"run {runId} of {Plan}");
        return await FollowAsync(http, runId, output, cancellation);
    }

    static async Task<string> StartAsync(HttpClient http, string sandboxUrl, CancellationToken cancellation)
    {
        using var answer = await http.PostAsJsonAsync(
            "/v1/runs", new { planRef = new { planId = Plan }, input = new { sandboxUrl } }, cancellation);
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode
            ? JsonElement.Parse(body).GetProperty("resource").GetProperty("id").GetString()!
            : throw new LauncherException($"POST /v1/runs answered {(int)answer.StatusCode}: {body}");
    }

    static async Task<string> FollowAsync(HttpClient http, string runId, TextWriter output, CancellationToken cancellation)
    {
        long printed = 0;
        while (true)
        {
            await foreach (var happened in EventsAsync(http, runId, cancellation))
            {
                if (happened.Seq <= printed)
                {
                    continue;
                }

                printed = happened.Seq;
                await output.WriteLineAsync($"{happened.OccurredAt:HH:mm:ss.fff} {happened.Seq,4}  {happened.Type,-20} {happened.StepId}");
                if (happened.Type is "RunCompleted" or "RunFailed" or "RunCancelled")
                {
                    return happened.Type;
                }
            }

            await Task.Delay(200, cancellation);
        }
    }

    /// <summary>Live as long as the stream lasts; the history so far where there is no stream.</summary>
    static async IAsyncEnumerable<RunEvent> EventsAsync(
        HttpClient http, string runId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/runs/{runId}/stream");
        request.Headers.Accept.Add(new("text/event-stream"));
        using var stream = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!stream.IsSuccessStatusCode)
        {
            foreach (var happened in await HistoryAsync(http, runId, cancellation))
            {
                yield return happened;
            }

            yield break;
        }

        var parser = SseParser.Create(await stream.Content.ReadAsStreamAsync(cancellation));
        await foreach (var item in parser.EnumerateAsync(cancellation))
        {
            if (item.EventType.StartsWith("Run", StringComparison.Ordinal) || item.EventType.StartsWith("Step", StringComparison.Ordinal))
            {
                yield return JsonSerializer.Deserialize<RunEvent>(item.Data, JsonSerializerOptions.Web)!;
            }
        }
    }

    static async Task<IReadOnlyList<RunEvent>> HistoryAsync(HttpClient http, string runId, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(new Uri($"/v1/runs/{runId}/events?limit=100", UriKind.Relative), cancellation);
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadFromJsonAsync<Page>(cancellation))!.Items
            : [];
    }

    sealed record Page(IReadOnlyList<RunEvent> Items);

    sealed record RunEvent(long Seq, string Type, string? StepId, DateTimeOffset OccurredAt);
}
