using System.Text.Json;
using Dvt.Engine.Plans;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

static class TestKinds
{
    static readonly JsonElement Anything = JsonElement.Parse("true");

    /// <summary>The built-in kinds and <c>call</c>, which takes anything; <c>safe</c> may be repeated after a timeout.</summary>
    public static StepKinds All { get; } = StepKinds.BuiltIn.With(
        new StepKind("call", Anything, Anything, StepMode.Called, DefaultTimeout: null, CompensatedBy: null, "Calls."),
        new StepKind("safe", Anything, Anything, StepMode.Called, DefaultTimeout: null, CompensatedBy: null, "Calls what may be called twice.")
        {
            RepeatsSafely = _ => true,
            Target = new StepTarget("a", IsUrl: false),
        });
}
