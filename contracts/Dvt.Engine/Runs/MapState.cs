using System.Text.Json;

namespace Dvt.Engine.Runs;

/// <summary>The items of a <c>map</c> step: what is known of each, and what follows from that.</summary>
sealed class MapState(JsonElement[] items, int concurrency, int tolerated, bool keepsResults)
{
    public const int MaxItems = 10_000;
    public const int MaxConcurrency = 256;
    public const int DefaultConcurrency = 10;

    /// <summary>Of the list, when a map begins.</summary>
    public const int MaxItemBytes = 1024 * 1024;

    /// <summary>Of all results together.</summary>
    public const int MaxResultBytes = 8 * 1024 * 1024;

    /// <summary>Items are stored so many together: a completion rewrites no more than these.</summary>
    public const int ItemsPerBlock = 64;

    readonly StepState?[] states = new StepState?[items.Length];
    readonly ReadySteps pending = AllOf(items.Length);
    readonly SortedSet<int> changedBlocks = [.. Enumerable.Range(0, BlocksFor(items.Length))];
    readonly SortedSet<int> running = [];
    readonly PriorityQueue<int, DateTimeOffset> resting = new();
    List<int>? roused;
    JsonElement? assembled;

    // How many events of each type there have been: they tell two of them apart.
    public int StartedEvents;
    public int CompletedEvents;
    public int FailedEvents;
    public int RecoveredEvents;

    public IReadOnlyList<JsonElement> Items => items;

    public int Total => items.Length;

    public int Concurrency => concurrency;

    /// <summary>Failures that do not fail the step.</summary>
    public int Tolerated => tolerated;

    public bool KeepsResults => keepsResults;

    public int Completed { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Of the results kept so far.</summary>
    public long ResultBytes { get; private set; }

    /// <summary>Places of the items that are handed out.</summary>
    public IReadOnlyCollection<int> Running => running;

    public bool IsFailing => Failed > tolerated;

    public bool IsSettled => Completed + Failed == Total;

    /// <summary>An item can be handed out, or nothing is left but to end the step.</summary>
    public bool HasWork => IsFailing ? running.Count == 0 : IsSettled || (!pending.IsEmpty && running.Count < concurrency);

    public bool HasPending => !pending.IsEmpty;

    public int FirstFailed => Array.FindIndex(states, IsFailed);

    public StepState? StateOf(int index) => states[index];

    public int TakePending() => pending.Take();

    /// <summary>Opens an item's state for a change; <see cref="Close"/> takes it in.</summary>
    public StepState Open(int index)
    {
        var state = states[index] ??= new StepState();
        Count(index, state, sign: -1);
        return state;
    }

    public void Close(int index)
    {
        Count(index, states[index]!, sign: 1);
        changedBlocks.Add(index / ItemsPerBlock);
        assembled = null;
    }

    void Count(int index, StepState state, int sign)
    {
        switch (state.Status)
        {
            case StepStatus.Running when sign > 0:
                running.Add(index);
                pending.Remove(index);
                break;
            case StepStatus.Running:
                running.Remove(index);
                break;
            case StepStatus.Completed:
                Completed += sign;
                ResultBytes += sign * SizeOf(state);
                pending.Remove(index);
                break;
            case StepStatus.Failed when state.DueAt is { } due:
                pending.Remove(index);
                if (sign > 0)
                    resting.Enqueue(index, due);
                break;
            case StepStatus.Failed:
                Failed += sign;
                pending.Remove(index);
                break;
            case StepStatus.Pending when sign > 0:
                pending.Add(index);
                break;
        }
    }

    int SizeOf(StepState state) => keepsResults && state.Result is { } result ? Values.Size(result) : 0;

    static bool IsFailed(StepState? state) => state is { Status: StepStatus.Failed, DueAt: null };

    /// <summary>When an item that rests is tried again; no concern while there is no place for it.</summary>
    public DateTimeOffset? RestDue => IsFailing || running.Count >= concurrency ? null : NextRest();

    DateTimeOffset? NextRest()
    {
        while (resting.TryPeek(out var index, out var at))
        {
            if (Rests(index, at))
                return at;
            resting.Dequeue();
        }
        return null;
    }

    bool Rests(int index, DateTimeOffset at) => states[index] is { Status: StepStatus.Failed, DueAt: { } due } && due == at && !pending.Has(index);

    /// <summary>Items whose rest is over become pending, until <see cref="LayDown"/>.</summary>
    public void Rouse(DateTimeOffset now)
    {
        roused = null;
        while (NextRest() <= now)
        {
            var index = resting.Dequeue();
            pending.Add(index);
            (roused ??= []).Add(index);
        }
    }

    /// <summary>
    /// Whoever did not get a turn rests again, as a reader of the stored state finds it. One that has begun anew with its step
    /// in the meantime has nothing to rest from.
    /// </summary>
    public void LayDown()
    {
        foreach (var index in roused ?? [])
            if (pending.Has(index) && states[index] is { Status: StepStatus.Failed, DueAt: { } due })
            {
                pending.Remove(index);
                resting.Enqueue(index, due);
            }
        roused = null;
    }

    /// <summary>A new attempt of the step begins: what is not completed is done again.</summary>
    public void StartOver()
    {
        for (var index = 0; index < states.Length; index++)
            if (states[index] is { Status: not (StepStatus.Completed or StepStatus.Pending) })
            {
                var state = Open(index);
                var attempt = state.Attempt;
                states[index] = new StepState { Attempt = attempt };
                Close(index);
            }
    }

    /// <summary>The results in the order of the items, in canonical form.</summary>
    public JsonElement Results() => assembled ??= MapStateJson.Results(states);

    public (int Block, int First, int Count)[] TakeChangedBlocks()
    {
        var taken = changedBlocks.Select(block => (block, block * ItemsPerBlock, Math.Min(ItemsPerBlock, Total - (block * ItemsPerBlock)))).ToArray();
        changedBlocks.Clear();
        return taken;
    }

    /// <summary>An item as it was stored.</summary>
    public void Restore(int index, JsonElement item, StepState? state)
    {
        (items[index], states[index]) = (item, state);
        changedBlocks.Remove(index / ItemsPerBlock);
        if (state is not null)
            Count(index, state, sign: 1);
    }

    public static int BlocksFor(int count) => (count + ItemsPerBlock - 1) / ItemsPerBlock;

    static ReadySteps AllOf(int count)
    {
        var all = new ReadySteps(ReadySteps.WordsFor(Math.Max(1, count)));
        for (var index = 0; index < count; index++)
            all.Add(index);
        return all;
    }
}
