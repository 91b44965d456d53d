using System.Collections.Concurrent;

namespace Dvt.Sandbox;

/// <summary>
/// How a provider behaves until told otherwise: <c>PUT /knobs/{provider}</c>, <c>GET /knobs</c>, <c>DELETE /knobs/{provider}</c>,
/// <c>DELETE /knobs</c>. Chance is drawn from the seed and the number of the call, so the same calls meet the same faults.
/// </summary>
sealed class Knobs
{
    readonly ConcurrentDictionary<string, Turned> turned = new();

    public void Map(WebApplication app)
    {
        app.MapGet("/knobs", () => Results.Json(turned.ToDictionary(t => t.Key, t => t.Value.Knob)));
        app.MapPut("/knobs/{provider}", Turn);
        app.MapDelete("/knobs/{provider}", (string provider) =>
        {
            turned.TryRemove(provider, out _);
            return Results.NoContent();
        });
        app.MapDelete("/knobs", () =>
        {
            turned.Clear();
            return Results.NoContent();
        });
    }

    public void Use(WebApplication app) => app.Use((context, next) =>
        Provider.Of(context) is { } provider && turned.TryGetValue(provider.Name, out var knob) ? knob.RunAsync(context, next, provider) : next(context));

    IResult Turn(string provider, Knob knob)
    {
        if (knob.ErrorRate is < 0 or > 1 || knob.LostRate is < 0 or > 1 || knob.ErrorStatus is < 400 or > 599 || knob.LatencyMs is < 0 or > 600_000)
            return Results.BadRequest("rates are 0 to 1, errorStatus 400 to 599, latencyMs 0 to 600000");
        turned[provider] = new Turned(knob);
        return Results.NoContent();
    }

    /// <param name="LatencyMs">Before anything else.</param>
    /// <param name="ErrorRate">Share of calls answered with <paramref name="ErrorStatus"/>, before they have an effect.</param>
    /// <param name="RetryAfter">Header of those answers.</param>
    /// <param name="LostRate">Share of calls that take effect and get no answer.</param>
    /// <param name="Scenario">One of <see cref="Faults"/>, for every call that got so far.</param>
    /// <param name="Times">Faults of any kind, at the most; without it for ever.</param>
    /// <param name="Match">Only calls whose path contains this.</param>
    sealed record Knob(
        int LatencyMs = 0, double ErrorRate = 0, int ErrorStatus = 503, string? RetryAfter = null, double LostRate = 0, string? Scenario = null,
        int? Times = null, string? Match = null, int Seed = 1);

    sealed class Turned(Knob knob)
    {
        int calls;
        int faults;

        public Knob Knob => knob;

        public async Task RunAsync(HttpContext context, RequestDelegate next, Provider provider)
        {
            if (knob.Match is { } part && !context.Request.Path.Value!.Contains(part, StringComparison.Ordinal))
            {
                await next(context);
                return;
            }
            var draw = Chance(knob.Seed, Interlocked.Increment(ref calls));
            if (knob.LatencyMs > 0)
                await Task.Delay(knob.LatencyMs, context.RequestAborted);
            if (draw < knob.ErrorRate && MayFail())
                await FailAsync(context, provider);
            else if (draw < knob.ErrorRate + knob.LostRate && MayFail())
                await Faults.RunAsync(context, next, Faults.DropAfterCommit);
            else if (knob.Scenario is { } scenario && MayFail())
                await Faults.RunAsync(context, next, scenario);
            else
                await next(context);
        }

        bool MayFail() => knob.Times is not { } most || Interlocked.Increment(ref faults) <= most;

        async Task FailAsync(HttpContext context, Provider provider)
        {
            Journal.Note(context, "error");
            var (type, body) = provider.Error(knob.ErrorStatus);
            context.Response.StatusCode = knob.ErrorStatus;
            context.Response.ContentType = type;
            if (knob.RetryAfter is not null)
                context.Response.Headers.RetryAfter = knob.RetryAfter;
            await context.Response.WriteAsync(body);
        }
    }

    /// <summary>0 to below 1, the same for the same arguments (SplitMix64).</summary>
    internal static double Chance(int seed, int call)
    {
        var z = unchecked((ulong)seed * 0x9E3779B97F4A7C15 + (ulong)call * 0xD1B54A32D192ED03);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
