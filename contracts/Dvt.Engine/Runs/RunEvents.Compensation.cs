using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// Events of compensations, both ways.
public static partial class RunEvents
{
    static void WriteCompensationData(IEvent e, Utf8JsonWriter writer)
    {
        switch (e)
        {
            case StepCompensationStarted started:
                writer.Value("input"u8, started.Input);
                break;
            case StepCompensated compensated:
                writer.Value("result"u8, compensated.Result);
                writer.Cost(compensated.Cost);
                break;
            case StepCompensationFailed failed:
                writer.Error("error"u8, failed.Error);
                writer.WriteBoolean("final"u8, failed.Final);
                if (failed.DueAt is { } due)
                    writer.WriteString("dueAt"u8, Moments.Text(due));
                writer.Cost(failed.Cost);
                break;
            case StepCompensationRetryScheduled scheduled:
                writer.Value("input"u8, scheduled.Input);
                break;
            case StepCompensationRecovered or StepCompensationSkipped:
                break;
            default:
                WriteItemsData(e, writer);
                break;
        }
    }

    static IEvent ReadCompensationEvent(string type, JsonElement data, string stepId, int attempt, int engineAttempt) => type switch
    {
        nameof(StepCompensationStarted) => new StepCompensationStarted(stepId, attempt, engineAttempt, Value(data, "input")),
        nameof(StepCompensated) => new StepCompensated(stepId, attempt, engineAttempt, Value(data, "result"), ReadCost(data)),
        nameof(StepCompensationFailed) => new StepCompensationFailed(
            stepId, attempt, engineAttempt, ReadError(data.GetProperty("error")), Flag(data, "final"), Moment(data, "dueAt"), ReadCost(data)),
        nameof(StepCompensationRetryScheduled) => new StepCompensationRetryScheduled(stepId, attempt, engineAttempt, Value(data, "input")),
        nameof(StepCompensationSkipped) => new StepCompensationSkipped(stepId, attempt, engineAttempt),
        nameof(StepCompensationRecovered) => new StepCompensationRecovered(stepId, attempt, engineAttempt, Occurrence(data)),
        _ => ReadItemsEvent(type, data, stepId, attempt, engineAttempt),
    };
}
