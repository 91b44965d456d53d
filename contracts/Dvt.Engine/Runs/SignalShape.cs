using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>What a signal must look like, whatever run it is for. The API asks the same before it accepts one.</summary>
public static class SignalShape
{
    public const string InvalidPayload = "SIGNAL_INVALID_PAYLOAD";

    /// <summary>Null when all is well.</summary>
    public static Refusal? Check(string signalType, string? reason, JsonElement? payload)
    {
        if (!Forms.TryGetValue(signalType, out var form))
            return Invalid($"unknown type {signalType}");
        if (reason?.Length > form.MaxReason)
            return Invalid($"reason is longer than {form.MaxReason} characters");
        if (reason is not null && !Values.IsStorable(reason))
            return Invalid("reason is no storable text");
        if (payload is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given)
            return form.Required.Length == 0 ? null : Invalid($"payload.{form.Required[0]} is missing");
        if (given.ValueKind != JsonValueKind.Object)
            return Invalid("payload is no object");
        if (Values.Size(given) > Values.MaxSignalBytes)
            return Invalid($"payload is larger than {Values.MaxSignalBytes} bytes");
        return form.Required.FirstOrDefault(name => !given.TryGetProperty(name, out _)) is { } missing
            ? Invalid($"payload.{missing} is missing")
            : given.EnumerateObject().Select(member => CheckMember(form, member)).FirstOrDefault(fault => fault is not null);
    }

    static Refusal? CheckMember(Form form, JsonProperty member)
    {
        if (!form.Required.Contains(member.Name) && !form.Optional.Contains(member.Name))
            return Invalid($"payload.{member.Name} is not known");
        if (member.Name == "budget")
            return CheckBudget(member.Value);
        var fits = member.Name switch
        {
            "stepId" or "fromStep" => member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() is { Length: > 0 and <= 128 },
            "force" or "forceKill" => member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "params" => member.Value.ValueKind == JsonValueKind.Object,
            "newTarget" => member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.String,
            "level" => member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() is "INFO" or "WARNING" or "CRITICAL" or "P1",
            "note" => member.Value.ValueKind == JsonValueKind.String && member.Value.GetString()!.Length <= 1_000,
            _ => true,
        };
        return fits ? null : Invalid($"payload.{member.Name} has the wrong form");
    }

    static Refusal? CheckBudget(JsonElement budget)
    {
        if (budget.ValueKind != JsonValueKind.Object)
            return Invalid("payload.budget is no object");
        var faults = new Plans.PlanFaults();
        var read = Plans.Budget.Read(budget, "payload.budget", faults);
        if (faults.Any)
            return Invalid($"{faults.Found[0].Pointer.Replace('/', '.')} {faults.Found[0].Message}");
        return read is null ? Invalid("payload.budget names no limit") : null;
    }

    public static Refusal? CheckExternal(SendExternalSignal signal)
    {
        if (!IsId(signal.Name) || !IsId(signal.SignalId))
            return Invalid("name and signalId have 1 to 128 characters");
        return signal.Payload is { ValueKind: not JsonValueKind.Undefined } payload && Values.Size(payload) > Values.MaxSignalBytes
            ? Invalid($"payload is larger than {Values.MaxSignalBytes} bytes")
            : null;
    }

    /// <summary>True when one of <paramref name="roles"/> may send it.</summary>
    public static bool Allows(string signalType, IReadOnlyList<string> roles) => Forms[signalType].Role switch
    {
        Roles.Operator => roles.Any(r => r is Roles.Operator or Roles.Engineer or Roles.TenantAdmin),
        Roles.Engineer => roles.Any(r => r is Roles.Engineer or Roles.TenantAdmin),
        "system" => roles.Any(r => r is "system" or Roles.PlatformAdmin),
        var role => roles.Contains(role),
    };

    /// <summary>The least permissive of <paramref name="roles"/> that may send it; null when none may.</summary>
    public static string? EffectiveRole(string signalType, IReadOnlyList<string> roles) => Ladder.FirstOrDefault(role => roles.Contains(role) && Allows(signalType, [role]));

    static readonly string[] Ladder = ["system", Roles.PlatformAdmin, Roles.Operator, Roles.Engineer, Roles.TenantAdmin];

    /// <summary>Those that change what a run works with or end it at once: they need a reason and are counted apart.</summary>
    public static bool IsDestructive(string signalType) => Forms.TryGetValue(signalType, out var form) && form.Role == Roles.TenantAdmin;

    public static bool NeedsReason(string signalType) => Forms[signalType].NeedsReason;

    internal static string Digest(string type, string? reason, JsonElement? canonicalPayload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Lengths keep a reason that looks like a payload apart from one.
        hash.AppendData(Encoding.UTF8.GetBytes($"{type}\n{reason?.Length ?? -1}\n{reason}\n"));
        if (canonicalPayload is { } payload)
            hash.AppendData(Values.Raw(payload));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>1 to 128 characters of storable text.</summary>
    public static bool IsId(string text) => text.Length is > 0 and <= 128 && Values.IsStorable(text);

    internal static Refusal Duplicate(string signalId) => new("SIGNAL_DUPLICATE", $"signal {signalId} was sent before with another content");

    internal static Refusal Invalid(string detail) => new(InvalidPayload, detail);

    sealed record Form(string Role, string[] Required, string[] Optional, bool NeedsReason = false, int MaxReason = 500);

    static readonly Dictionary<string, Form> Forms = new()
    {
        [SignalTypes.Pause] = new(Roles.Operator, [], []),
        [SignalTypes.Resume] = new(Roles.Operator, [], ["budget"]),
        [SignalTypes.Cancel] = new(Roles.Operator, [], []),
        [SignalTypes.RetryStep] = new(Roles.Engineer, ["stepId"], ["input", "force"]),
        [SignalTypes.RetryRun] = new(Roles.Engineer, [], ["fromStep", "force"]),
        [SignalTypes.SkipStep] = new(Roles.Engineer, ["stepId"], []),
        [SignalTypes.UpdateParams] = new(Roles.TenantAdmin, ["params"], [], NeedsReason: true),
        [SignalTypes.InjectOverride] = new(Roles.TenantAdmin, ["stepId", "override"], [], NeedsReason: true),
        [SignalTypes.UpdateTarget] = new(Roles.TenantAdmin, ["stepId", "newTarget"], [], NeedsReason: true),
        [SignalTypes.EmergencyStop] = new(Roles.TenantAdmin, [], ["forceKill"], NeedsReason: true, MaxReason: 1_000),
        [SignalTypes.EscalateAlert] = new("system", ["level"], ["note"], MaxReason: 1_000),
    };
}
