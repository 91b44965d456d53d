using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Runs;

/// <summary>Runs below runs, with messages that come twice, processes that die and queues that are emptied. <c>DVT_SEED</c> as elsewhere.</summary>
public sealed class RandomFamilyTests(ITestOutputHelper output)
{
    [Fact]
    public void Whatever_is_lost_every_run_below_a_run_ends_with_it()
    {
        var seed = Environment.GetEnvironmentVariable("DVT_SEED") is { Length: > 0 } text
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : Environment.TickCount & 0xFFFFFF;
        var count = Environment.GetEnvironmentVariable("DVT_SEED") is { Length: > 0 } ? 1 : 300;
        output.WriteLine($"seeds {seed} to {seed + count - 1}");
        Parallel.For(seed, seed + count, one =>
        {
            try
            {
                new Family(one).Play();
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"DVT_SEED={one}: {fault.Message}", fault);
            }
        });
    }

    sealed class Family
    {
        static readonly string[] Admin = [Roles.TenantAdmin];

        readonly Random random;
        readonly Dictionary<string, Plan> plans = [];
        readonly SortedDictionary<string, Member> members = new(StringComparer.Ordinal);
        readonly SortedDictionary<string, Queue<object>> queues = new(StringComparer.Ordinal);
        readonly List<(string RunId, CallStep Call)> calls = [];
        DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        int signals;

        public Family(int seed)
        {
            random = new Random(seed);
            Add("leaf", """{"stepId":"l","kind":"call"}""");
            Add("middle", $$"""{"stepId":"below","kind":"plan","with":{"planId":"leaf"},"onError":"{{RandomPlan.OneOf(random, "fail", "continue")}}"},{"stepId":"m","kind":"call"}""");
            var more = RandomPlan.OneOf(random, "", ",\"compensate\":{\"kind\":\"call\"}", ",\"retry\":{\"maxAttempts\":2}", ",\"timeout\":\"PT90S\"");
            Add("top",
                $$"""
                {"stepId":"sub","kind":"plan","dependsOn":[],"with":{"planId":"middle"},"onError":"{{RandomPlan.OneOf(random, "fail", "continue", "compensate")}}"
                  {{more}} },
                {"stepId":"fan","kind":"map","dependsOn":[],"with":{"items":[1,2,3],"concurrency":2,"onItemError":"{{RandomPlan.OneOf(random, "fail", "continue")}}",
                  "step":{"kind":"plan","with":{"planId":"{{RandomPlan.OneOf(random, "leaf", "middle")}}"} } } },
                {"stepId":"c","kind":"call","dependsOn":[],"compensate":{"kind":"call"} }
                """, random.Next(2) == 0 ? ""","onCancel":"compensate" """ : "");
        }

        void Add(string planId, string steps, string more = "")
        {
            var check = Plan.Check(JsonElement.Parse($$"""{"planId":"{{planId}}","version":"1.0.0","steps":[{{steps}}]{{more}} }"""), TestKinds.All);
            Assert.True(check.Valid, string.Join('\n', check.Faults));
            plans.Add(planId, check.Plan!);
        }

        Run Top => members["top"].Run;

        public void Play()
        {
            Send("top", new StartRun("top", "top", PlanVersion: null, PlanDigest: null, JsonElement.Parse("{}"), new RunContext()));
            Deliver("top");
            for (var steps = random.Next(5, 80); steps > 0; steps--)
                Step();
            for (var steps = 0; members.Values.Any(m => !m.Run.IsTerminal); steps++)
            {
                Assert.True(steps < 3_000, "they do not end: " + string.Join(", ", members.Values.Select(m => $"{m.Run.Plan.PlanId} {m.Run.Status} {m.Run.Substatus}")));
                Bring();
            }
            foreach (var member in members.Values.Where(m => m.Run.Lineage?.Above is not null))
                Assert.True(members.ContainsKey(member.Run.Lineage!.ParentRunId));
        }

        void Step()
        {
            now += TimeSpan.FromMilliseconds(random.Next(3_000));
            switch (random.Next(12))
            {
                case < 4 when queues.Count > 0:
                    Deliver(queues.Keys.ElementAt(random.Next(queues.Count)));
                    break;
                case < 7 when calls.Count > 0:
                    Answer(random.Next(calls.Count), fails: random.Next(4) == 0);
                    break;
                case 7 or 8:
                    var type = RandomPlan.OneOf(
                        random, SignalTypes.Pause, SignalTypes.Pause, SignalTypes.Resume, SignalTypes.Resume, random.Next(5) == 0 ? SignalTypes.Cancel : SignalTypes.Resume,
                        random.Next(12) == 0 ? SignalTypes.EmergencyStop : SignalTypes.Pause);
                    Send(random.Next(4) == 0 ? members.Keys.ElementAt(random.Next(members.Count)) : "top", type);
                    break;
                case 9:
                    now += TimeSpan.FromSeconds(random.Next(60));
                    WakeAll();
                    break;
                case 10 when random.Next(6) == 0:
                    queues.Clear();
                    calls.Clear();
                    break;
            }
        }

        /// <summary>What the other side, an operator, timers and the job of the workers would do.</summary>
        void Bring()
        {
            if (queues.Count > 0)
                Deliver(queues.Keys.First());
            else if (members.Values.FirstOrDefault(m => m.Run.Status == RunStatus.Paused && m.Run.Lineage?.Above is null) is { } paused)
                Send(paused.Run.RunId, SignalTypes.Resume);
            else if (calls.Count > 0)
                Answer(0, fails: false);
            else
            {
                now += TimeSpan.FromSeconds(40);
                WakeAll();
                foreach (var left in members.Values.Where(m => !m.Run.IsTerminal && m.Run.Lineage?.Above is not null && members[m.Run.Lineage.ParentRunId].Run.IsTerminal).ToArray())
                    Send(left.Run.RunId, Run.CancelledByParent(left.Run.RunId, left.Run.Lineage!.ParentRunId));
                // Somebody paused it by itself and its parent has nothing to pass down.
                if (queues.Count == 0 && members.Values.FirstOrDefault(m => m.Run.Status == RunStatus.Paused) is { } alone)
                    Send(alone.Run.RunId, SignalTypes.Resume);
            }
        }

        void WakeAll()
        {
            foreach (var member in members.Values.ToArray())
                if (member.Run.NextDue <= now)
                    Do(member, (r, at) => r.Wake(at, leasedEffectKeys: null));
        }

        void Send(string runId, string type) =>
            Send(runId, new SignalRun(runId, $"op-{signals++}", type, "because", Payload: null, Admin));

        void Send(string runId, object command)
        {
            if (!queues.TryGetValue(runId, out var queue))
                queues.Add(runId, queue = []);
            queue.Enqueue(command);
            if (random.Next(8) == 0)
                queue.Enqueue(command);
        }

        void Deliver(string runId)
        {
            var command = queues[runId].Dequeue();
            if (queues[runId].Count == 0)
                queues.Remove(runId);
            if (!members.TryGetValue(runId, out var member))
            {
                if (command is not StartRun start)
                    return;
                members.Add(runId, member = new Member(Run.New(runId, plans[start.PlanId])));
            }
            Do(member, (r, at) => command switch
            {
                StartRun s => r.Start(s, at),
                SignalRun s => r.Signal(s, Guid.Empty, at),
                CloseStep c => r.Close(c, at),
                _ => throw new InvalidOperationException(command.ToString()),
            });
        }

        void Answer(int place, bool fails)
        {
            var (runId, call) = calls[place];
            calls.RemoveAt(place);
            var error = fails ? new StepError("HTTP_STATUS", "no", random.Next(2) == 0, "USER") : null;
            Send(runId, new CloseStep(runId, call.StepId, call.Attempt, error is null ? JsonElement.Parse("1") : null, error));
        }

        void Do(Member member, Func<Run, DateTimeOffset, Decision> decide)
        {
            var decision = member.Do(decide, now);
            // The process died between its commit and its publishing: the message comes again, and the state tells what is owed.
            if (random.Next(6) == 0)
            {
                member.Crash();
                member.Do(decide, now);
                Publish(member.Run, member.Run.Owed(), member.Run.OwedTells());
            }
            else
                Publish(member.Run, decision.Calls, decision.Tells);
            while (member.Run.HasInlineWork)
            {
                var more = member.Do((r, at) => r.Continue(at), now);
                Publish(member.Run, more.Calls, more.Tells);
            }
        }

        void Publish(Run run, IEnumerable<CallStep> owed, IEnumerable<ToRun> tells)
        {
            calls.AddRange(owed.Select(c => (run.RunId, c)));
            foreach (var told in tells)
                Send(told.RunId, told.Command);
        }
    }

    sealed class Member(Run run)
    {
        readonly StoredRun stored = new();
        readonly List<(IEvent, DateTimeOffset)> history = [];
        readonly Histories check = new(run.Plan);

        public Run Run { get; private set; } = run;

        public void Crash() => Run = stored.Read(Run.RunId, Run.Plan);

        public Decision Do(Func<Run, DateTimeOffset, Decision> decide, DateTimeOffset now)
        {
            var decision = decide(Run, now);
            foreach (var e in decision.Events)
                history.Add((Scenario.Relay(e), now));
            stored.Store(Run);
            check.Check(Run, history, stored);
            return decision;
        }
    }
}
