using System.Text.Json;
using Dvt.Engine.Plans;
using Dvt.Tests.Rules.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Plans;

public sealed class ApprovalPlanTests
{
    static IEnumerable<string> FaultsOf(string step) => Plan
        .Check(JsonElement.Parse($$"""{"planId":"p","version":"1.0.0","requiresCapabilities":["approval","emit"],"steps":[{{step}}]}"""), TestKinds.All)
        .Faults.Select(f => $"{f.Code} {f.Pointer}");

    [Theory]
    [InlineData("""{"role":"finance"}""")]
    [InlineData("""{"roles":["finance","operator"],"title":"T","description":"d","data":[1],"minApprovals":2,"fourEyes":false}""")]
    [InlineData("""{"role":"${input.role}","deadline":"PT${input.hours}H","onDeadline":"approve"}""")]
    [InlineData("""{"role":"finance","escalation":{"after":"PT1H","role":"operator"}}""")]
    [InlineData("""{"role":"finance","deadline":"PT1H","onDeadline":"escalate","escalation":[{"role":"operator"},{"after":"PT1H","roles":["host"]}]}""")]
    public void A_request_that_makes_sense_is_taken(string with) => Assert.Empty(FaultsOf($$"""{"stepId":"ok","kind":"approval","with":{{with}}}"""));

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"role":"pope"}""")]
    [InlineData("""{"role":"platform-admin"}""")]
    [InlineData("""{"role":"finance","roles":["host"]}""")]
    [InlineData("""{"role":"finance","deadline":"1 hour"}""")]
    [InlineData("""{"role":"finance","onDeadline":"approve"}""")]
    [InlineData("""{"role":"finance","deadline":"PT1H","onDeadline":"escalate"}""")]
    [InlineData("""{"role":"finance","escalation":{"role":"operator"}}""")]
    [InlineData("""{"role":"finance","escalation":[{"role":"operator"}]}""")]
    [InlineData("""{"role":"finance","escalation":[]}""")]
    [InlineData("""{"role":"finance","minApprovals":0}""")]
    [InlineData("""{"role":"finance","assignee":"ana"}""")]
    public void A_request_that_makes_none_is_refused_before_anything_is_stored(string with) =>
        Assert.Contains(FaultsOf($$"""{"stepId":"ok","kind":"approval","with":{{with}}}"""), f => f.StartsWith("invalid_with /steps/0/with", StringComparison.Ordinal));

    [Fact]
    public void Undoing_asks_nobody() => Assert.Equal(
        ["invalid_value /steps/0/compensate/kind"],
        FaultsOf("""{"stepId":"a","kind":"noop","compensate":{"kind":"approval","with":{"role":"finance"}}}"""));
}
