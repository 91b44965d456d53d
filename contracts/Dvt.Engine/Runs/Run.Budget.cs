using System.Globalization;
using System.Text.Json;
using System.Xml;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// What the run has cost, what it may cost, and that no step starts beyond it.
public sealed partial class Run
{
    const string BudgetCause = "BUDGET_EXCEEDED";

    /// <summary>Sums stop here: more would be no whole number of JSON.</summary>
    const long MostTokens = 9_007_199_254_740_991;

    /// <summary>Instead of the plan's, once it was changed.</summary>
    Budget? changedBudget;
    long tokens;
    SortedDictionary<string, decimal>? money;
    long attemptsStarted;
    TimeSpan ran;
    DateTimeOffset? runningSince;

    Budget? Limits => changedBudget ?? Plan.Budget;

    /// <summary>When the budget of time will be used up, if the run goes on.</summary>
    DateTimeOffset? TimeUp => Status == RunStatus.Running && Limits?.Time is { } time && runningSince is { } since
        ? since + (time - ran)
        : null;

    /// <summary>The first limit that is reached.</summary>
    RunBudgetExceeded? Exceeded(Budget? limits)
    {
        if (limits is null)
            return null;
        if (limits.Tokens <= tokens)
            return Reached("tokens", Text(tokens), Text(limits.Tokens.Value));
        if (limits.Money is not null && money is not null)
            foreach (var (currency, spent) in money)
                if (spent > 0 && spent >= limits.Money.GetValueOrDefault(currency))
                    return Reached("money", Text(spent), Text(limits.Money.GetValueOrDefault(currency)), currency);
        if (limits.Steps <= attemptsStarted)
            return Reached("steps", Text(attemptsStarted), Text(limits.Steps.Value));
        var running = ran + (runningSince is { } since && now > since ? now - since : TimeSpan.Zero);
        return limits.Time <= running ? Reached("time", XmlConvert.ToString(running), XmlConvert.ToString(limits.Time.Value)) : null;
    }

    RunBudgetExceeded Reached(string budget, string used, string limit, string? currency = null) =>
        new(budget, used, limit, currency, occurrences.BudgetExceeded + 1);

    static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>True when the step may not start any more; then the run is parked.</summary>
    bool ParksInsteadOf(int index)
    {
        if (Limits is not { } limits || Exceeded(limits) is not { } exceeded || !WouldStart(index))
            return false;
        ready.Add(index);
        Park(exceeded);
        return true;
    }

    bool WouldStart(int index) => PhaseOf(index) switch
    {
        Phase.Idle => steps[index] is not { Kept: true } && openParents[index] == 0 && SkipReasonOf(Plan.Steps[index]) is null,
        Phase.Retrying => steps[index]!.DueAt <= now,
        Phase.Mapping => steps[index]!.Map is { IsFailing: false, HasPending: true } map && map.Running.Count < map.Concurrency && !IsOverdue(Plan.Steps[index], steps[index]!),
        _ => false,
    };

    /// <summary>How many items the budget of steps lets a map begin now.</summary>
    long AttemptsLeft => Limits?.Steps is { } limit ? Math.Max(0, limit - attemptsStarted) : long.MaxValue;

    /// <summary>Time also runs out while nothing is about to start.</summary>
    void ParkWhenTimeIsUp()
    {
        if (TimeUp <= now && Exceeded(Limits! with { Tokens = null, Money = null, Steps = null }) is { } exceeded)
            Park(exceeded);
    }

    void Park(RunBudgetExceeded exceeded)
    {
        Write(exceeded);
        Write(new RunPaused(BudgetCause, SignalId: null, Reason: null, occurrences.Paused + 1));
    }

    /// <summary>Refuses to resume a run that would be parked again at once.</summary>
    Refusal? StillExceeded(JsonElement? change)
    {
        if (change is not null && Plan.Budget is null)
            return new Refusal("BUDGET_NOT_SET", "the plan has no budget that could be changed");
        if (pauseCause != BudgetCause)
            return null;
        var limits = change is { } given ? Limits!.With(Budget.Read(given)) : Limits;
        return Exceeded(limits) is { } exceeded
            ? new Refusal(BudgetCause, $"of {exceeded.Budget} {exceeded.Used} are used{(exceeded.Currency is { } c ? $" in {c}" : "")}, the limit is {exceeded.Limit}: raise it")
            : null;
    }

    /// <summary>From now on; a run that is parked stays parked until it is resumed.</summary>
    void ChangeBudget(JsonElement change, string? signalId, string? reason) =>
        Write(new RunBudgetChanged(change, signalId, reason, occurrences.BudgetChanged + 1));

    static JsonElement? BudgetIn(JsonElement? payload) =>
        payload is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("budget", out var budget) ? budget : null;

    void Charge(Cost? cost)
    {
        if (cost is null)
            return;
        tokens = Math.Min(MostTokens, tokens + (cost.Tokens ?? 0));
        foreach (var spent in SumsOf(cost))
            if (Budget.TryAmount(spent.Amount, out var amount))
                (money ??= new(StringComparer.Ordinal))[spent.Currency] = money.GetValueOrDefault(spent.Currency) + amount;
    }

    static IEnumerable<Money> SumsOf(Cost cost) => [.. cost.Money is { } one ? (Money[])[one] : [], .. cost.Others ?? []];

    /// <summary>An attempt of a step or of an item begins.</summary>
    void CountAttempts(int many) => attemptsStarted += Plan.Budget is null ? 0 : many;

    /// <summary>Of the run and of those that it goes on for; null when nothing was spent.</summary>
    Cost? Spent
    {
        get
        {
            var before = Lineage?.Continued?.Spent;
            var sums = new SortedDictionary<string, decimal>(money ?? [], StringComparer.Ordinal);
            foreach (var earlier in before is null ? [] : SumsOf(before))
                if (Budget.TryAmount(earlier.Amount, out var amount))
                    sums[earlier.Currency] = sums.GetValueOrDefault(earlier.Currency) + amount;
            return CostOf(Math.Min(MostTokens, tokens + (before?.Tokens ?? 0)), sums);
        }
    }

    /// <summary>Of this run alone; null when nothing was spent.</summary>
    Cost? OwnCost => CostOf(tokens, money ?? []);

    static Cost? CostOf(long tokens, SortedDictionary<string, decimal> sums)
    {
        Money[] spent = [.. sums.Select(m => new Money(Text(m.Value), m.Key))];
        return tokens == 0 && spent.Length == 0 ? null : new Cost(tokens == 0 ? null : tokens, spent.FirstOrDefault(), spent.Length > 1 ? spent[1..] : null);
    }

    /// <summary>A report that makes no sense is left out: what was done is done.</summary>
    static Cost? Kept(Cost? cost)
    {
        if (cost is null)
            return null;
        Money[] sums = [.. SumsOf(cost).Where(MakesSense)];
        var known = new Cost(
            cost.Tokens is > 0 and <= 1_000_000_000_000_000 ? cost.Tokens : null, sums.FirstOrDefault(), sums.Length > 1 ? sums[1..] : null);
        return known is { Tokens: null, Money: null } ? null : known;
    }

    static bool MakesSense(Money? money) =>
        money is { Amount: not null, Currency: not null } && Budget.TryAmount(money.Amount, out var amount) && amount > 0 && Budget.IsCurrency(money.Currency);

    /// <summary>Keeps the time of running, where a budget may ask for it.</summary>
    void KeepTime(DateTimeOffset at)
    {
        if (Plan.Budget is null)
            return;
        if (Status == RunStatus.Running)
        {
            runningSince ??= at;
            return;
        }
        if (runningSince is { } since && at > since)
            ran += at - since;
        runningSince = null;
    }

    void WriteBudget(Utf8JsonWriter writer)
    {
        if (changedBudget is { } limits)
        {
            writer.WriteStartObject("budget"u8);
            writer.Long("tokens"u8, limits.Tokens);
            WriteMoney(writer, "money"u8, limits.Money);
            writer.Long("steps"u8, limits.Steps);
            writer.Long("time"u8, limits.Time?.Ticks);
            writer.WriteEndObject();
        }
        if (tokens > 0)
            writer.WriteNumber("tokens"u8, tokens);
        WriteMoney(writer, "money"u8, money);
        if (attemptsStarted > 0)
            writer.WriteNumber("nStarted"u8, attemptsStarted);
        if (ran > TimeSpan.Zero)
            writer.WriteNumber("ran"u8, ran.Ticks);
        writer.Moment("since"u8, runningSince);
        writer.Count("nExceeded"u8, occurrences.BudgetExceeded);
        writer.Count("nBudget"u8, occurrences.BudgetChanged);
    }

    static void WriteMoney(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyDictionary<string, decimal>? money)
    {
        if (money is null)
            return;
        writer.WriteStartObject(name);
        foreach (var (currency, amount) in money)
            writer.WriteString(currency, Text(amount));
        writer.WriteEndObject();
    }

    void ReadBudget(JsonElement json) => changedBudget = new Budget(
        Long(json, "tokens"), json.TryGetProperty("money", out var limits) ? ReadMoney(limits) : null, Long(json, "steps"),
        Long(json, "time") is { } ticks ? new TimeSpan(ticks) : null);

    static long? Long(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetInt64() : null;

    static SortedDictionary<string, decimal> ReadMoney(JsonElement json) => new(
        json.EnumerateObject().ToDictionary(m => m.Name, m => decimal.Parse(m.Value.GetString()!, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)),
        StringComparer.Ordinal);

    CostSnapshot? CostSoFar => tokens == 0 && money is null
        ? null
        : new CostSnapshot(tokens, [.. (money ?? []).Select(m => new Money(Text(m.Value), m.Key))]);

    BudgetSnapshot? BudgetNow => Limits is not { } limits ? null : new BudgetSnapshot(
        limits.Tokens, limits.Money is null ? null : [.. limits.Money.Select(m => new Money(Text(m.Value), m.Key))], limits.Steps,
        limits.Time is { } time ? XmlConvert.ToString(time) : null, attemptsStarted);
}
