using System.Text.Json;

namespace Dvt.Engine.Runs;

// The header, read back.
public sealed partial class Run
{
    void ReadHeader(JsonElement json)
    {
        foreach (var member in json.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "seq": Seq = value.GetInt64(); break;
                case "status": Status = (RunStatus)value.GetInt32(); break;
                case "queued": QueuedAt = Moments.OfMicros(value.GetInt64()); break;
                case "started": StartedAt = Moments.OfMicros(value.GetInt64()); break;
                case "ended": EndedAt = Moments.OfMicros(value.GetInt64()); break;
                case "input": Input = value; break;
                case "context": Context = RunEvents.ReadContext(value); break;
                case "lineage": Lineage = RunEvents.ReadLineage(value); break;
                case "startedBy": StartedBy = [.. value.EnumerateArray().Select(p => p.GetString()!)]; break;
                case "output": Output = value; break;
                case "continuedAs": Continuation = new(value.GetString()!, json.GetProperty("continuedWith")); break;
                case "error": Error = RunEvents.ReadError(value); break;
                case "failedStep": FailedStepId = value.GetString(); break;
                case "compensating": compensating = true; break;
                case "compensationError": CompensationError = RunEvents.ReadError(value); break;
                case "pauseCause": pauseCause = value.GetString(); break;
                case "paused": pausedAt = Moments.OfMicros(value.GetInt64()); break;
                case "drainNoted": drainNoted = true; break;
                case "parkPending": parkPending = true; break;
                case "cancel": cancelRequested = true; break;
                case "emergency": emergency = true; break;
                case "cancelReason": cancelReason = value.GetString(); break;
                case "nPaused": occurrences.Paused = value.GetInt32(); break;
                case "nResumed": occurrences.Resumed = value.GetInt32(); break;
                case "nDrain": occurrences.DrainTimedOut = value.GetInt32(); break;
                case "nCancel": occurrences.CancelRequested = value.GetInt32(); break;
                case "nAccepted": occurrences.Accepted = value.GetInt32(); break;
                case "nRejected": occurrences.Rejected = value.GetInt32(); break;
                case "nExternal": occurrences.External = value.GetInt32(); break;
                case "concurrency": Concurrency = new(Text(value, "key")!, value.GetProperty("limit").GetInt32()); break;
                case "admitted": admitted = true; break;
                case "budget": ReadBudget(value); break;
                case "tokens": tokens = value.GetInt64(); break;
                case "money": money = ReadMoney(value); break;
                case "nStarted": attemptsStarted = value.GetInt64(); break;
                case "ran": ran = new TimeSpan(value.GetInt64()); break;
                case "since": runningSince = Moments.OfMicros(value.GetInt64()); break;
                case "nExceeded": occurrences.BudgetExceeded = value.GetInt32(); break;
                case "nBudget": occurrences.BudgetChanged = value.GetInt32(); break;
                case "signalBytes": signalBytes = value.GetInt64(); break;
                case "signals": ReadSignals(value); break;
                case "external": ReadExternal(value); break;
                case "buffered": ReadBuffered(value); break;
                default: ReadSteering(member.Name, value); break;
            }
        }
    }

    void ReadSignals(JsonElement json)
    {
        signals = Names<SignalRecord>();
        foreach (var member in json.EnumerateObject())
            signals.Add(member.Name, new(Text(member.Value, "type")!, Text(member.Value, "digest")!, Text(member.Value, "code"), Text(member.Value, "from"), Text(member.Value, "person"),
                member.Value.TryGetProperty("n", out var n) ? n.GetInt32() : 0));
    }

    void ReadExternal(JsonElement json)
    {
        external = Names<string>();
        foreach (var member in json.EnumerateObject())
            external.Add(member.Name, member.Value.GetString()!);
    }

    void ReadBuffered(JsonElement json)
    {
        buffered = Names<Queue<(string, JsonElement?)>>();
        foreach (var member in json.EnumerateObject())
            buffered.Add(member.Name, new(member.Value.EnumerateArray().Select(
                s => (Text(s, "id")!, s.TryGetProperty("payload", out var payload) ? payload : (JsonElement?)null))));
    }
}
