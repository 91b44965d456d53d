using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>What an endpoint does after it has sent a command: answer at once, or with the outcome.</summary>
static class Waiting
{
    /// <summary>A waited outcome is told only once the views show it, but not later than this after the deadline.</summary>
    static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250);

    /// <param name="self">Address of the resource.</param>
    /// <param name="done">Answers with the resource; called only when the outcome is known and visible.</param>
    public static async Task AnswerAsync(this Call call, Submit order, string? self, Func<Outcome, Task> done)
    {
        var deadline = call.Backend.Clock.GetUtcNow() + (order.Wait ?? TimeSpan.Zero);
        var sent = await call.Backend.Mediator.Send(order, call.Stop);
        if (order.Wait is null)
        {
            await call.AcceptedAsync(sent.CommandId, sent.Resource, self);
            return;
        }
        if (call.Wait() is { } preferred)
            call.Http.Response.Headers["Preference-Applied"] = $"wait={(int)preferred.TotalSeconds}";
        var outcome = sent.Outcome ?? await RowAsync(call, sent.CommandId);
        if (outcome is null || !await IsVisibleAsync(call, outcome, deadline))
        {
            await call.AcceptedAsync(sent.CommandId, sent.Resource, self);
            return;
        }
        if (outcome.Status == Outcome.Refused)
            throw new ProblemException(Problems.OfRefusal(outcome.Code), outcome.Detail, FaultsOf(outcome)) { Extensions = outcome.Data, IsRecorded = true };
        if (outcome.Status == Outcome.Failed)
            throw new ProblemException(Problems.Failed, outcome.Detail);
        await done(outcome);
    }

    /// <summary>A worker that judged a body says where the fault is: <c>/payload/params/name: is too long</c>.</summary>
    static IReadOnlyList<Fault> FaultsOf(Outcome outcome)
    {
        if (outcome.Detail is not ['/', ..] detail || outcome.Code is not { } code)
            return [];
        var end = detail.IndexOf(": ", StringComparison.Ordinal);
        return end < 0 ? [] : [new(detail[..end], code, detail[(end + 2)..])];
    }

    /// <summary>The reply may have been lost; the command's row is read once.</summary>
    static async Task<Outcome?> RowAsync(Call call, Guid commandId)
    {
        try
        {
            return await call.Backend.Commands.FindAsync(call.Caller.TenantId, commandId, call.Stop) is { Value: var row }
                ? new(commandId, row.Status, row.Code, row.Detail, row.Resource, row.Position.ToString(), row.Data is { } data ? JsonElement.Parse(data) : null)
                : null;
        }
        catch (Exception fault) when (Away.Is(fault))
        {
            // Accepted it is, whatever the database says.
            return null;
        }
    }

    static async Task<bool> IsVisibleAsync(Call call, Outcome outcome, DateTimeOffset deadline)
    {
        if (!LogPosition.TryParse(outcome.Position, out var position))
            return true;
        call.Position(position);
        var left = deadline - call.Backend.Clock.GetUtcNow();
        return await call.Backend.Freshness.WaitAsync(position, left > Least ? left : Least, call.Stop);
    }

    /// <summary>Honours <c>minPosition</c>, before the query.</summary>
    public static async Task MinPositionAsync(this Call call)
    {
        if (call.Query("minPosition") is not { } token)
            return;
        if (!LogPosition.TryParse(token, out var wanted))
            throw Call.InvalidParameter("minPosition", "is no position that this API gave out");
        if (!await call.Backend.Freshness.WaitAsync(wanted, TimeSpan.FromSeconds(5), call.Stop))
            throw new ProblemException(Problems.ViewBehind) { RetryAfter = 1 };
    }

    /// <summary>Tells where the log stands, before tables are read that are written with it; they are never behind <c>minPosition</c> then.</summary>
    public static Task AtHeadAsync(this Call call) => AtAsync(call, call.Backend.Freshness.HeadAsync);

    /// <summary>Tells where the views stand, before one of them may turn out to have nothing.</summary>
    public static Task AtViewsAsync(this Call call) => AtAsync(call, call.Backend.Freshness.CurrentAsync);

    static async Task AtAsync(Call call, Func<CancellationToken, Task<LogPosition>> where)
    {
        await call.MinPositionAsync();
        try
        {
            call.Position(await where(call.Stop));
        }
        catch (Exception fault) when (Away.Is(fault))
        {
            // Some answers need no database, as that a command was accepted a moment ago; they tell no position then.
        }
    }

    /// <summary>Tells the position and hands the value on.</summary>
    public static T Told<T>(this Call call, Fresh<T> fresh)
    {
        call.Position(fresh.Position);
        return fresh.Value;
    }
}
