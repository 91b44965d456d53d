using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>Idempotency keys of events, rule v2: what makes two tellings of a fact the same fact.</summary>
public static class EventKeys
{
    /// <summary>Lower-case hex SHA-256; <paramref name="stepId"/> is null for events of the whole run.</summary>
    public static string Of(string runId, string? stepId, int attemptOrOccurrence, string type, string planId, string planVersion)
    {
        var preimage = string.Create(
            CultureInfo.InvariantCulture, $"{runId}|{stepId ?? "RUN"}|{attemptOrOccurrence}|{type}|{planId}|{planVersion}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(preimage)));
    }

    public static string Of(string runId, IEvent e, string planId, string planVersion) =>
        Of(runId, (e as IStepEvent)?.StepId, AttemptOf(e), RunEvents.TypeName(e), planId, planVersion);

    // What can come twice within an attempt is told apart by its count.
    static int AttemptOf(IEvent e) => e switch
    {
        IRecurringEvent recurring => recurring.Occurrence,
        IStepEvent step => step.Attempt,
        _ => 1,
    };
}
