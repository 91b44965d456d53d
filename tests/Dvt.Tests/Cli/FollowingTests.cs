using System.Net;
using Xunit;

namespace Dvt.Tests.Cli;

/// <summary><c>runs watch</c> and <c>runs wait</c> over streams that break off.</summary>
public sealed class FollowingTests
{
    readonly CliRig rig = new();

    [Fact]
    public async Task Each_event_is_printed_once_though_the_stream_breaks_off()
    {
        rig.Answers(Happened(1, "RunStarted") + Happened(2, "StepStarted", "greet"), type: "text/event-stream")
            .Does(() => throw new HttpRequestException("gone"))
            .Answers("event: reset\ndata: {\"reason\":\"too_old\"}\n\n", type: "text/event-stream")
            .Answers(Happened(2, "StepStarted", "greet") + Happened(3, "RunCompleted") + "event: end\ndata: {}\n\n", type: "text/event-stream")
            .Answers("""{"status":"COMPLETED"}""");
        Assert.Equal(0, await rig.RunAsync("runs", "watch", "r-1"));
        Assert.Equal(
            ["03:04:01.000    1  RunStarted", "03:04:02.000    2  StepStarted          greet", "03:04:03.000    3  RunCompleted"],
            rig.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal([null, "2", "2", "2"], rig.Requests.Take(4).Select(r => r.Headers.GetValueOrDefault("Last-Event-ID")));
    }

    [Fact]
    public async Task As_json_a_watched_run_is_one_event_a_line()
    {
        rig.Answers(Happened(8, "RunFailed") + "event: end\ndata: {}\n\n", type: "text/event-stream").Answers("""{"status":"FAILED"}""");
        Assert.Equal(4, await rig.RunAsync("runs", "watch", "r-1", "--after", "7", "--json"));
        Assert.Equal("""{"seq":8,"type":"RunFailed","stepId":"","occurredAt":"2026-01-02T03:04:08Z","data":{}}""" + "\n", rig.Output);
        Assert.Equal("7", rig.Requests[0].Headers["Last-Event-ID"]);
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_refused_at_once()
    {
        rig.Answers("""{"title":"There is no such run","status":404,"code":"RUN_NOT_FOUND","traceId":"t"}""", 404, "application/problem+json");
        Assert.Equal(1, await rig.RunAsync("runs", "watch", "r-1"));
        Assert.Equal(3, await rig.RunAsync("runs", "watch", "r-1"));
        Assert.Equal(2, rig.Requests.Count);
    }

    [Fact]
    public async Task A_run_is_waited_for_from_where_it_stands()
    {
        rig.Answers("""{"runId":"r-1","status":"RUNNING","seq":4}""")
            .Answers(Happened(5, "RunCancelled"), type: "text/event-stream")
            .Answers("""{"runId":"r-1","status":"CANCELLED","seq":5}""");
        Assert.Equal(4, await rig.RunAsync("runs", "wait", "r-1"));
        Assert.Equal("4", rig.Requests[1].Headers["Last-Event-ID"]);
        Assert.Equal("run     r-1\nstatus  CANCELLED\n", rig.Output);
    }

    [Fact]
    public async Task A_run_that_has_ended_is_not_waited_for()
    {
        rig.Answers("""{"runId":"r-1","status":"COMPLETED","seq":4}""");
        Assert.Equal(0, await rig.RunAsync("runs", "wait", "r-1"));
        Assert.Single(rig.Requests);
    }

    [Fact]
    public async Task Waiting_ends_when_its_time_is_over()
    {
        rig.Answers("""{"runId":"r-1","status":"RUNNING","seq":4}""")
            .Does(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Silence()) { Headers = { ContentType = new("text/event-stream") } } });
        Assert.Equal(5, await rig.RunAsync("runs", "wait", "r-1", "--timeout", "1"));
        Assert.Empty(rig.Output);
    }

    static string Happened(int seq, string type, string stepId = "") =>
        $$"""
        id: {{seq}}
        event: {{type}}
        data: {"seq":{{seq}},"type":"{{type}}","stepId":"{{stepId}}","occurredAt":"2026-01-02T03:04:0{{seq}}Z","data":{} }


        """;

    /// <summary>A connection on which nothing comes.</summary>
    sealed class Silence : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
