using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>The rule of budgets and concurrency keys, told a second time: nothing starts beyond a limit, nothing before its slot.</summary>
sealed class BudgetOracle(Plan plan)
{
    readonly Dictionary<string, decimal> spent = [];
    Budget? limits = plan.Budget;
    long tokens;
    long started;
    bool waits;

    public void Follow(IEvent e)
    {
        switch (e)
        {
            case RunQueued queued:
                waits = queued.Concurrency is not null;
                Assert.False(waits && plan.Concurrency is null);
                break;
            case RunAdmitted:
                Assert.True(waits, "admitted twice");
                waits = false;
                break;
            case RunStarted:
                Assert.False(waits, "started without a slot");
                break;
            case RunBudgetChanged changed:
                Change(changed);
                break;
            case StepStarted:
                Assert.False(IsReached(), $"started beyond the budget: {e}");
                started++;
                break;
            case RunBudgetExceeded { Budget: not "time" } exceeded:
                Assert.True(IsReached(), $"parked within the budget: {exceeded}");
                break;
            case StepItemsStarted items:
                Begin(items.Items.Count, e);
                break;
            case StepItemsCompleted items:
                if (IsDoneHere(items.StepId))
                    Begin(items.Items.Count, e);
                foreach (var item in items.Items)
                    Charge(item.Cost);
                break;
            case StepItemsFailed items:
                if (IsDoneHere(items.StepId))
                    Begin(items.Items.Count, e);
                foreach (var item in items.Items)
                    Charge(item.Cost);
                break;
            case StepCompleted completed: Charge(completed.Cost); break;
            case StepFailed failed: Charge(failed.Cost); break;
            case StepCompensated compensated: Charge(compensated.Cost); break;
            case StepCompensationFailed failed: Charge(failed.Cost); break;
        }
    }

    void Begin(int items, IEvent e)
    {
        Assert.False(IsReached(), $"started beyond the budget: {e}");
        started += items;
        Assert.False(started > limits?.Steps, $"more than the budget has left: {e}");
    }

    bool IsDoneHere(string stepId) => plan.TryStep(stepId, out var step) && step.Child!.Kind.Mode == StepMode.Inline;

    bool IsReached() => limits is not null
        && (tokens >= limits.Tokens || started >= limits.Steps
            || (limits.Money is not null && spent.Any(s => s.Value >= limits.Money.GetValueOrDefault(s.Key))));

    void Change(RunBudgetChanged changed)
    {
        Assert.NotNull(limits);
        foreach (var member in changed.Budget.EnumerateObject())
            limits = member.Name switch
            {
                "tokens" => limits with { Tokens = member.Value.GetInt64() },
                "steps" => limits with { Steps = member.Value.GetInt64() },
                "money" => limits with
                {
                    Money = (limits.Money ?? new Dictionary<string, decimal>()).Concat(SumsIn(member.Value)).GroupBy(m => m.Key).ToDictionary(g => g.Key, g => g.Last().Value),
                },
                _ => limits,
            };
    }

    static IEnumerable<KeyValuePair<string, decimal>> SumsIn(JsonElement money) =>
        from sum in money.ValueKind == JsonValueKind.Array ? money.EnumerateArray().ToArray() : [money]
        select KeyValuePair.Create(sum.GetProperty("currency").GetString()!, decimal.Parse(sum.GetProperty("amount").GetString()!, CultureInfo.InvariantCulture));

    void Charge(Cost? cost)
    {
        tokens += cost?.Tokens ?? 0;
        foreach (var money in (cost?.Money is { } one ? [one] : Array.Empty<Money>()).Concat(cost?.Others ?? []))
            spent[money.Currency] = spent.GetValueOrDefault(money.Currency) + decimal.Parse(money.Amount, CultureInfo.InvariantCulture);
    }
}
