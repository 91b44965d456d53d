using Dvt.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Effects;

/// <summary>Closes a group of effects; an outcome the database cannot hold fails its own step and no other.</summary>
static class EffectRecords
{
    /// <returns>What had been recorded by someone else before.</returns>
    public static async Task<Dictionary<EffectId, RecordedOutcome>> CloseAsync(
        EffectTable table, List<Flight> group, ILogger log, Func<Func<Task>, Task> patiently)
    {
        Dictionary<EffectId, RecordedOutcome> before = [];
        try
        {
            await patiently(async () => before = await table.CloseAsync(
                group.ConvertAll(f => (f.Id, ContractsJson.Bytes(f.Outcome))), CancellationToken.None));
        }
        catch (PostgresException fault) when (IsOfData(fault) && group.Count > 1)
        {
            foreach (var half in (List<Flight>[])[group[..(group.Count / 2)], group[(group.Count / 2)..]])
                foreach (var (id, outcome) in await CloseAsync(table, half, log, patiently))
                    before[id] = outcome;
        }
        catch (PostgresException fault) when (IsOfData(fault))
        {
            EffectsLog.NotStorable(log, group[0].Id.Key, fault.MessageText);
            group[0].Outcome = new RecordedOutcome(Result: null, new StepError(
                "RESULT_NOT_STORABLE", "the result holds characters or numbers that cannot be stored", Retryable: false, "USER"));
            return await CloseAsync(table, group, log, patiently);
        }
        return before;
    }

    /// <summary>Class 22: data exceptions, such as NUL in a text or a number without bounds.</summary>
    public static bool IsOfData(Exception fault) =>
        fault is PostgresException { SqlState: var state } && (state.StartsWith("22", StringComparison.Ordinal) || state is "54000" or "54001");
}
