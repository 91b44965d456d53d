using System.Runtime.InteropServices;
using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Steering runs.</summary>
static class Signals
{
    const int MaxPayload = 64 * 1024;

    static readonly TimeSpan VerifyWait = TimeSpan.FromSeconds(10);

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/runs/{runId}/signals", Permission.SignalRuns, Send, "Send a signal: pause, resume, cancel, retry …") with
        {
            Body = "Signal", Answer = "Run", Queues = true, Example = """{"type":"PAUSE","reason":"checking the invoice"}""",
            Problems =
            [
                Problems.RunNotFound, Problems.AuthzDenied, Problems.ReasonRequired, Problems.SignalInvalidPayload, Problems.SignalDuplicate,
                Problems.RunTerminal, Problems.RunNotTerminal, Problems.RunEnding, Problems.RunParked, Problems.StepTerminal, Problems.StepNotTerminal, Problems.StepNotFound, Problems.CapabilityNotSupported,
                Problems.BudgetExceeded, Problems.BudgetNotSet,
                Problems.HistoryLimit,
            ],
        },
        .. SignalReviews.Routes,
        Post("/v1/runs/{runId}/external-signals", Permission.SignalRuns, SendExternal, "Hand a named payload to a waiting step, now or when it comes to wait") with
        {
            Body = "ExternalSignal", Answer = "Run", Queues = true, Example = """{"name":"go","payload":{"approved":true}}""",
            Problems = [Problems.RunNotFound, Problems.RunTerminal, Problems.SignalDuplicate, Problems.SignalInvalidPayload, Problems.HistoryLimit],
        },
        Post("/v1/runs/{runId}/verify", Permission.VerifyRuns, Verify, "Fold the history again and compare it with the live state") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "Verification", Queues = true, Problems = [Problems.RunNotFound],
            AnswerExample = """{"equal":true,"seq":9,"liveHash":"s1:…","foldedHash":"s1:…"}""",
        },
        Post("/v1/runs/{runId}/repair", Permission.RepairRuns, Repair, "Store the run anew as its history has it, where the two differ") with
        {
            Body = "Nothing", BodyOptional = true, Answer = "Repair", Queues = true, Problems = [Problems.RunNotFound],
            Description = "What counts is the history; nothing of it changes. What the run still owes is asked for again, under the same keys.",
            AnswerExample = """{"repaired":true,"seq":9,"storedHash":"s1:…","foldedHash":"s1:…"}""",
        },
    ];

    static async Task Send(Call call)
    {
        var body = await call.BodyAsync();
        var runId = call.Route("runId");
        await RequireAsync(call, runId);
        await SendAsync(call, runId, body.Ids, new SignalRun(
            runId, body.Text("signalId") ?? body.Ids.KeyId.ToString(), body.Text("type")!, body.Text("reason"), Payload(body), call.Caller.Roles,
            call.Caller.Person, call.Caller.HeldSeconds(body.Text("type")!)));
    }

    static async Task SendExternal(Call call)
    {
        var body = await call.BodyAsync();
        var runId = call.Route("runId");
        await RequireAsync(call, runId);
        await SendAsync(call, runId, body.Ids, new SendExternalSignal(
            runId, body.Text("signalId") ?? body.Ids.KeyId.ToString(), body.Text("name")!, Payload(body)));
    }

    public static async Task SendAsync<TCommand>(Call call, string runId, RequestIds ids, TCommand command) where TCommand : ICommand
    {
        var order = Submit.Of(call, command, runId, ids, new Resource("run", runId), call.Wait());
        await call.AnswerAsync(order, $"/v1/runs/{Uri.EscapeDataString(runId)}", async _ =>
        {
            var run = await call.Backend.Runs.FindAsync(call.Caller.TenantId, runId, call.Stop) ?? throw new ProblemException(Problems.RunNotFound);
            await RunViews.TellAsync(call, run, status: 200);
        });
    }

    /// <summary>Where nobody can tell whether the run is there, the worker will: its queue has both in their order.</summary>
    public static async Task RequireAsync(Call call, string runId)
    {
        try
        {
            await RunViews.MustExistAsync(call, runId);
        }
        catch (ProblemException unsure) when (unsure.Kind == Problems.ViewBehind)
        {
            // Not known to be absent.
        }
        catch (Exception fault) when (Away.Is(fault))
        {
            // Nobody to ask.
        }
    }

    static System.Text.Json.JsonElement? Payload(RequestBody body)
    {
        if (body.Element("payload") is not { } payload)
            return null;
        return JsonMarshal.GetRawUtf8Value(payload).Length <= MaxPayload
            ? payload
            : throw new ProblemException(Problems.SignalInvalidPayload, faults: [new("/payload", "too_large", "is larger than 64 KB")]);
    }

    static Task Verify(Call call) => AskAsync(call, static runId => new VerifyRun(runId));

    static Task Repair(Call call) => AskAsync(call, static runId => new RepairRun(runId));

    static async Task AskAsync<TCommand>(Call call, Func<string, TCommand> about) where TCommand : ICommand
    {
        await call.BodyAsync();
        var runId = call.Route("runId");
        await RunViews.MustExistAsync(call, runId);
        var wait = call.Wait() is { } preferred && preferred > VerifyWait ? preferred : VerifyWait;
        // A fresh id each time: what is asked is how it stands now, not how it stood when first asked.
        var order = Submit.Of(call, about(runId), runId, RequestIds.Fresh(), new Resource("run", runId), wait);
        await call.AnswerAsync(order, $"/v1/runs/{Uri.EscapeDataString(runId)}", outcome => call.JsonAsync(outcome.Data));
    }
}
