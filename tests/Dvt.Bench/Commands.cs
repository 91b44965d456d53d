using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Dvt.Bench;

/// <summary><c>POST /v1/runs</c> beside an endpoint that verifies the same token and parses the same body but queues nothing.</summary>
static class Commands
{
    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var limits = await session.LimitsAsync(stop);
        var plan = BenchPlan.Chain("commands", "noop");
        await using var on = await Installation.StartAsync(session, "commands", new Roles(Api: true), stop);
        using var accounts = new ApiAccounts(on.Api);
        var account = await accounts.MakeAsync("commands", stop);
        await accounts.PublishAsync(account, plan, stop);
        var time = session.Settings.Span(seconds: 10, quick: 1);
        var ours = ApiAccounts.StartRequest(account.Token, plan);
        await ClosedAsync(on.Api.Port, ours, session.Settings.Span(seconds: 3, quick: 0.5), stop); // Warm.
        var counterpart = await CounterpartAsync(session, Counterparts.Verifying, plan, account.Token, time, stop);
        var working = await ClosedAsync(on.Api.Port, ours, time, stop);
        await on.StopAsync("workers");
        await on.StopAsync("readmodels");
        var alone = await ClosedAsync(on.Api.Port, ours, time, stop);
        // Nobody consumes any more; what the phase before has left would be measured with this one.
        await on.PurgeAsync(stop);
        var half = await LoadGenerator.OpenAsync(on.Api.Port, ours, alone.PerSecond / 2, LoadGenerator.Connections, time, stop);
        var again = await CounterpartAsync(session, Counterparts.Verifying, plan, account.Token, time, stop);
        var remembering = await CounterpartAsync(session, Counterparts.Remembering, plan, account.Token, time, stop);
        session.Report(new("commands", Part: null, alone.PerSecond, "requests/s")
        {
            Yardstick = (counterpart + again) / 2,
            Limit = limits.RequestsPerSecond,
            Wanted = Target.RatioAtLeast(0.2),
            Inputs = new { connections = LoadGenerator.Connections, p50Ms = Figure.Round(alone.Latency.P50), p99Ms = Figure.Round(alone.Latency.P99), besides = "nothing" },
        });
        session.Report(new("commands", "beside-one-that-remembers", alone.PerSecond, "requests/s")
        {
            Yardstick = remembering,
            Inputs = new { counterpart = "checks a token's signature once and remembers it, as our API does" },
        });
        session.Report(new("commands", "with-workers", working.PerSecond, "requests/s")
        {
            Yardstick = (counterpart + again) / 2,
            Inputs = new { connections = LoadGenerator.Connections, p99Ms = Figure.Round(working.Latency.P99), besides = "one worker and the projectors on the same processors" },
        });
        session.Report(new("commands", "half-load-p99", half.Latency.P99, "ms")
        {
            Wanted = Target.ValueAtMost(50),
            Inputs = new { requestsPerSecond = Figure.Round(half.PerSecond), p50Ms = Figure.Round(half.Latency.P50), loop = "open" },
        });
    }

    static async Task<LoadResult> ClosedAsync(int port, byte[] request, TimeSpan time, CancellationToken stop)
    {
        var result = await LoadGenerator.ClosedAsync(port, [request], LoadGenerator.Connections, time, stop);
        return result.Statuses.Keys.All(s => s == 202)
            ? result
            : throw new InvalidOperationException($"not all were accepted: {string.Join(", ", result.Statuses)}");
    }

    static async Task<double> CounterpartAsync(Session session, string mode, BenchPlan plan, string likeToken, TimeSpan time, CancellationToken stop)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The same header and claims, signed by a key that the counterpart knows.
        var signed = likeToken[..likeToken.LastIndexOf('.')];
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        await using var server = await Counterparts.StartAsync(session, mode, stop, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()));
        var request = ApiAccounts.StartRequest($"{signed}.{Base64Url.EncodeToString(signature)}", plan);
        await ClosedAsync(server.Port, request, session.Settings.Span(seconds: 3, quick: 0.5), stop); // Warm.
        return (await ClosedAsync(server.Port, request, time, stop)).PerSecond;
    }
}
