using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Plans;

/// <summary>A step while it is being checked.</summary>
sealed class StepDraft
{
    public required int Index { get; init; }

    public required string Pointer { get; init; }

    public string? StepId { get; init; }

    public StepKind? Kind { get; set; }

    /// <summary>Null when it does not say.</summary>
    public List<string>? DependsOn { get; set; }

    public int[] Parents { get; set; } = [];

    public int[] Children { get; set; } = [];

    public JsonElement? WithSource { get; set; }

    public ValueTemplate? With { get; set; }

    public IReadOnlyList<SecretUse>? Secrets { get; set; }

    public JsonElement? WhenSource { get; set; }

    public ValueTemplate? When { get; set; }

    public string? OnlyIfText { get; set; }

    public OnlyIf? OnlyIf { get; set; }

    public OnError OnError { get; set; }

    /// <summary>Null when it does not say.</summary>
    public RetryPolicy? Retry { get; set; }

    public TimeSpan? Timeout { get; set; }

    public StepDraft? Compensation { get; set; }

    /// <summary>What a map does for each item.</summary>
    public StepDraft? Child { get; set; }

    /// <summary>It is carried out for each item of a map, and may read the item.</summary>
    public bool IsChild { get; init; }
}
