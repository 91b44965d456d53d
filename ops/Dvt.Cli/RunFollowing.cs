using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>runs watch</c> and <c>runs wait</c>: both end with the run, with exit code 0 only when it completed.</summary>
static class RunFollowing
{
    public static Command Watch(Making making)
    {
        var run = Runs.RunId();
        var after = new Option<long>("--after") { Description = "Only events behind this seq.", HelpName = "SEQ" };
        return making.Command("watch", "Prints the events of a run as they happen, until it ends. Exit code 4 when it did not complete.", [run, after], async call =>
        {
            await RunStream.FollowAsync(call.Api, call.Get(run), call.Get(after), happened =>
            {
                call.Output.WriteLine(call.InJson ? Json.Line(happened) : Line(happened));
                call.Output.Flush();
            }, call.Stop);
            return Ended((await call.GetAsync(Route.To("runs", call.Get(run)))).Body);
        });
    }

    static string Line(JsonElement happened)
    {
        var time = happened.Time("occurredAt")?.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? "";
        return Table.Plain($"{time} {happened.Text("seq"),4}  {happened.Text("type"),-20} {happened.Text("stepId"),-20} {Detail(happened)}").TrimEnd();
    }

    /// <summary>Why it happened, where the event says so.</summary>
    static string Detail(JsonElement happened)
    {
        if (happened.Get("data") is not { } data)
            return "";
        var error = data.Get("error");
        return string.Join(' ', new[] { data.Text("code"), error?.Text("code"), error?.Text("message"), data.Text("reason"), data.Text("name") }.Where(t => t?.Length > 0));
    }

    public static Command Wait(Making making)
    {
        var run = Runs.RunId();
        var timeout = new Option<int?>("--timeout") { Description = "Seconds; for ever unless told. Exit code 5 when they are over.", HelpName = "SECONDS" };
        return making.Command("wait", "Waits until a run has ended and shows it. Exit code 4 when it did not complete.", [run, timeout], async call =>
        {
            var (place, patience) = (Route.To("runs", call.Get(run)), Seconds(call.Get(timeout)));
            var shown = (await call.GetAsync(place)).Body;
            if (!HasEnded(shown) && !await InTimeAsync(call, call.Get(run), shown, patience))
            {
                call.Error.WriteLine($"dvt: the run has not ended within {call.Get(timeout)} s");
                return ExitCode.NotInTime;
            }
            shown = HasEnded(shown) ? shown : (await call.GetAsync(place)).Body;
            return call.Show(shown, found => Runs.Write(call, found), Ended(shown));
        });
    }

    static TimeSpan Seconds(int? given) => given switch
    {
        null => Timeout.InfiniteTimeSpan,
        > 0 => TimeSpan.FromSeconds(given.Value),
        _ => throw CommandEndedException.Usage("--timeout wants a number of at least 1"),
    };

    static async Task<bool> InTimeAsync(Call call, string runId, JsonElement shown, TimeSpan patience)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(call.Stop);
        limited.CancelAfter(patience);
        try
        {
            var seq = shown.Get("seq") is { } told && told.TryGetInt64(out var number) ? number : 0;
            await RunStream.FollowAsync(call.Api, runId, seq, _ => { }, limited.Token);
            return true;
        }
        catch (OperationCanceledException) when (!call.Stop.IsCancellationRequested)
        {
            return false;
        }
    }

    static bool HasEnded(JsonElement run) => run.Text("status") is "COMPLETED" or "FAILED" or "CANCELLED";

    static int Ended(JsonElement run) => run.Text("status") == "COMPLETED" ? ExitCode.Done : ExitCode.BadNews;
}
