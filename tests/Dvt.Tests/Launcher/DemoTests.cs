using Dvt.Launcher;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class DemoTests
{
    const string Started = """{"seq":1,"type":"RunStarted","occurredAt":"2026-01-02T03:04:05Z"}""";
    const string StepDone = """{"seq":2,"type":"StepCompleted","stepId":"greet","occurredAt":"2026-01-02T03:04:06Z"}""";
    const string Completed = """{"seq":3,"type":"RunCompleted","occurredAt":"2026-01-02T03:04:07Z"}""";

    [Fact]
    public void While_everything_is_still_starting_it_says_so()
    {
        using var folder = new TemporaryFolder();
        var file = folder.At("env");
        Assert.Contains("still starting", Assert.Throws<LauncherException>(() => Demo.Installation(file)).Message, StringComparison.Ordinal);
        EnvFile.Write(file, [new("DVT_URL", "http://a"), new("DVT_API_KEY", "k"), new("DVT_SANDBOX_URL", "http://s")]);
        Assert.Equal(("http://a", "k", "http://s"), Demo.Installation(file));
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_taken_up_and_each_event_printed_once()
    {
        var calls = 0;
        var (last, output) = await PlayAsync(app => app.MapGet("/v1/runs/r1/stream", () => Results.Text(
            ++calls == 1
                ? $": heartbeat\n\nevent: RunStarted\nid: 1\ndata: {Started}\n\nevent: StepCompleted\nid: 2\ndata: {StepDone}\n\n"
                : $"event: StepCompleted\nid: 2\ndata: {StepDone}\n\nevent: RunCompleted\nid: 3\ndata: {Completed}\n\n",
            "text/event-stream")));
        Assert.Equal("RunCompleted", last);
        Assert.Equal(["RunStarted", "StepCompleted", "RunCompleted"], Types(output));
        Assert.Contains("greet", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_stream_the_history_is_asked_again_and_again()
    {
        var calls = 0;
        var (last, output) = await PlayAsync(app => app.MapGet("/v1/runs/r1/events", () => Results.Text(
            ++calls == 1 ? $$"""{"items":[{{Started}}]}""" : $$"""{"items":[{{Started}},{{StepDone}},{{Completed}}]}""",
            "application/json")));
        Assert.Equal("RunCompleted", last);
        Assert.Equal(["RunStarted", "StepCompleted", "RunCompleted"], Types(output));
    }

    static string[] Types(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2])];

    static async Task<(string Last, string Output)> PlayAsync(Action<WebApplication> routes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var url = $"http://127.0.0.1:{FreePort.Any()}";
        builder.WebHost.UseUrls(url);
        await using var app = builder.Build();
        app.MapPost("/v1/runs", () => Results.Accepted(value: new { commandId = "c1", status = "accepted", resource = new { type = "run", id = "r1" } }));
        routes(app);
        await app.StartAsync();

        using var http = new HttpClient { BaseAddress = new(url) };
        using var output = new StringWriter();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var last = await Demo.PlayAsync(http, "http://127.0.0.1:1", output, patience.Token);
        return (last, output.ToString());
    }
}
