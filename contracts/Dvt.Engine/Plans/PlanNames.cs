using System.Globalization;
using System.Text.RegularExpressions;
using Dvt.Engine.Cel;

namespace Dvt.Engine.Plans;

/// <summary>What plans may say, and what of it is carried out so far.</summary>
public static partial class PlanNames
{
    /// <summary>What <c>requiresCapabilities</c> may ask for.</summary>
    public static IReadOnlySet<string> Capabilities { get; } = new SortedSet<string>(StringComparer.Ordinal)
    {
        "approval", "basic-execution", "budget", "cancel.cooperative", "cancel.forced", "checkpoint.step", "compensation", "concurrency.key", "emit", "history.rotation",
        "priority", "query.task.state", "query.workflow.state", "replay.full", "retry", "signal.cancel", "signal.emergency-stop", "signal.external", "signal.pause", "signal.pause.native",
        "signal.resume", "signal.retry-run", "signal.retry-step", "signal.skip-step", "signals.concurrent", "timer",
        "workflow.continue.as.new", "workflow.fan.parallel", "workflow.map", "workflow.sub-run",
    };

    /// <summary>Name of the compensation of a step. Neither a step's id nor a run's holds a slash, so no key is taken twice.</summary>
    public static string CompensationOf(string stepId) => stepId + Compensation;

    /// <summary>The step that a compensation of this name undoes; null when it is none.</summary>
    public static string? CompensatedBy(string name) =>
        name.EndsWith(Compensation, StringComparison.Ordinal) ? name[..^Compensation.Length] : null;

    const string Compensation = "/compensate";

    /// <summary>Name of an item of a map. No step's id holds a bracket, so no key is taken twice.</summary>
    /// <param name="index">From 0.</param>
    public static string ItemOf(string stepId, int index) => string.Create(CultureInfo.InvariantCulture, $"{stepId}[{index}]");

    /// <summary>The map's step and the item's place that <see cref="ItemOf"/> names; false for other names.</summary>
    public static bool TryItem(string name, out string stepId, out int index)
    {
        var bracket = name.EndsWith(']') ? name.IndexOf('[', StringComparison.Ordinal) : -1;
        (stepId, index) = (bracket < 0 ? name : name[..bracket], -1);
        return bracket > 0 && int.TryParse(name.AsSpan(bracket + 1, name.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    /// <summary>Kinds that are announced; a domain that registers one is asked first.</summary>
    internal static bool IsAnnounced(string kind) =>
        kind is "generate.message" or "generate.document" or "message.send"
        || kind.StartsWith("booking.", StringComparison.Ordinal) || kind.StartsWith("payment.", StringComparison.Ordinal);

    /// <summary>What expressions of steps may read.</summary>
    internal static CelEnvironment Scope { get; } = CelEnvironment.Of(
        ("input", CelType.Dyn), ("steps", CelType.MapOf(CelType.String, CelType.Dyn)), ("run", CelType.MapOf(CelType.String, CelType.Dyn)));

    /// <summary>What the step of a map may read besides.</summary>
    internal static CelEnvironment ItemScope { get; } = CelEnvironment.Of(
        ("input", CelType.Dyn), ("steps", CelType.MapOf(CelType.String, CelType.Dyn)), ("run", CelType.MapOf(CelType.String, CelType.Dyn)),
        ("item", CelType.Dyn), ("index", CelType.Int));

    internal static CelEnvironment InputOnly { get; } = CelEnvironment.Of(("input", CelType.Dyn));

    internal static IReadOnlySet<string> OfRun { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "id", "planId", "planVersion", "startedAt", "actorId", "labels", "priority", "correlationId", "attempt", "link", "originRunId",
    };

    internal static IReadOnlySet<string> OfStep { get; } = new HashSet<string>(StringComparer.Ordinal) { "result", "error", "status" };

    /// <summary>A secret can be called so.</summary>
    public static bool IsSecret(string name) => SecretName().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]{0,62}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex SecretName();

    /// <summary>Where a text names a secret, unless the dollar is escaped by another before it.</summary>
    [GeneratedRegex(@"(?<!\$)\$\{\s*secrets\.(?<name>[A-Za-z][A-Za-z0-9_]{0,62})\s*\}", RegexOptions.CultureInvariant)]
    internal static partial Regex Secret();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex PlanId();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex StepId();

    // semver.org, the suggested expression.
    [GeneratedRegex(@"^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    internal static partial Regex Version();

    [GeneratedRegex(@"^\s*(?:(?<not>!)\s*)?(?<id>[A-Za-z][A-Za-z0-9_.-]{0,127})\s*\z|^\s*(?<id>[A-Za-z][A-Za-z0-9_.-]{0,127})\s*(?:==|(?<not>!=))\s*'(?<branch>[^']*)'\s*\z", RegexOptions.CultureInvariant)]
    internal static partial Regex OnlyIf();
}
