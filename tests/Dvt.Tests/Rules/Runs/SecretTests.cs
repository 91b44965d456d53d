using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>Plans name secrets; the engine passes on where, and knows no value.</summary>
public sealed class SecretTests
{
    static Run Started(string steps, string input)
    {
        var check = Plan.Check(JsonElement.Parse($$"""{"planId":"p","version":"1.0.0","steps":{{steps}}}"""), DomainKinds.All);
        Assert.True(check.Valid, string.Join('\n', check.Faults));
        var run = Run.New("run-1", check.Plan!);
        run.Start(new StartRun("run-1", "p", null, null, JsonElement.Parse(input), new RunContext()), DateTimeOffset.UnixEpoch);
        return run;
    }

    [Fact]
    public void A_step_is_called_with_the_places_of_its_secrets_and_their_names()
    {
        var run = Started(
            """
            [{"stepId":"a","kind":"http","with":{"url":"https://crm.example/",
              "headers":{"Authorization":"Bearer ${ secrets.crm }","X-Both":"${secrets.crm} ${input.x} ${secrets.two}","X-Text":"$${secrets.crm}","X-None":"${input.x}"}}}]
            """, """{"x":"${secrets.three}"}""");
        var call = Assert.Single(run.Owed());
        Assert.Equal([new("Authorization", "crm"), new("X-Both", "crm"), new("X-Both", "two")], call.Secrets!);
        var headers = call.Input.GetProperty("headers");
        Assert.Equal("Bearer ${secrets.crm}", headers.GetProperty("Authorization").GetString());
        Assert.Equal("${secrets.crm} ${secrets.three} ${secrets.two}", headers.GetProperty("X-Both").GetString());
        Assert.Equal(("${secrets.crm}", "${secrets.three}"), (headers.GetProperty("X-Text").GetString(), headers.GetProperty("X-None").GetString()));
        Assert.Equal(call.Secrets, ContractsJson.Read<CallStep>(ContractsJson.Element(call)).Secrets);
    }

    [Fact]
    public void The_items_of_a_map_and_a_compensation_name_theirs()
    {
        var run = Started(
            """[{"stepId":"m","kind":"map","with":{"items":[1],"step":{"kind":"http","with":{"url":"https://crm.example/${item}","headers":{"A":"${secrets.crm}"}}}}}]""", "{}");
        Assert.Equal([new("A", "crm")], Assert.Single(run.Owed()).Secrets!);
        var undo = Plan.Check(JsonElement.Parse(
            """{"planId":"p","version":"1.0.0","steps":[{"stepId":"a","kind":"noop","compensate":{"kind":"http","with":{"url":"https://crm.example/","headers":{"A":"${secrets.crm}"}}}}]}"""),
            DomainKinds.All).Plan!.Steps[0];
        Assert.Null(undo.Secrets);
        Assert.Equal([new("A", "crm")], undo.Compensation!.Secrets!);
    }

    [Fact]
    public void A_step_without_secrets_is_called_as_ever() =>
        Assert.DoesNotContain("secrets", ContractsJson.Element(Assert.Single(Started("""[{"stepId":"a","kind":"http","with":{"url":"https://x.example/"}}]""", "{}").Owed())).GetRawText(), StringComparison.Ordinal);
}
