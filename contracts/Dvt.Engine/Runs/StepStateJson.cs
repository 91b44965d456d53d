using System.Text.Json;

namespace Dvt.Engine.Runs;

/// <summary>A step's stored form: short, and the same for the same state.</summary>
static class StepStateJson
{
    public static void Write(Utf8JsonWriter writer, StepState state)
    {
        writer.WriteStartObject();
        writer.WriteNumber("s"u8, (int)state.Status);
        writer.Count("a"u8, state.Attempt);
        writer.Count("ea"u8, state.EngineAttempt);
        writer.Moment("from"u8, state.StartedAt);
        writer.Moment("to"u8, state.EndedAt);
        writer.Moment("offered"u8, state.OfferedAt);
        writer.Moment("due"u8, state.DueAt);
        writer.Value("in"u8, state.Input);
        writer.Value("override"u8, state.InputOverride);
        writer.Value("result"u8, state.Result);
        writer.Error("error"u8, state.Error);
        writer.Text("skip"u8, state.SkipReason);
        writer.Text("signal"u8, state.WaitSignal);
        writer.Flag("kept"u8, state.Kept);
        if (state.CompletedSeq != 0)
            writer.WriteNumber("seq"u8, state.CompletedSeq);
        writer.Value("target"u8, state.Target);
        writer.Count("inV"u8, state.InputVersion);
        writer.Flag("injected"u8, state.Overridden);
        writer.Count("nTarget"u8, state.TargetsSet);
        writer.Count("nRec"u8, state.Recoveries);
        writer.Count("nSet"u8, state.TimersSet);
        writer.Count("nFired"u8, state.TimersFired);
        writer.Count("nGrant"u8, state.Grants);
        writer.Count("nEsc"u8, state.Escalations);
        writer.Count("nEmit"u8, state.Emissions);
        if (state.Approval is { } approval)
            ApprovalJson.WriteState(writer, approval);
        if (state.Map is { } map)
            MapStateJson.Write(writer, map);
        if (state.Undo is { } undo)
        {
            writer.WritePropertyName("undo"u8);
            Write(writer, undo);
        }
        writer.WriteEndObject();
    }

    public static StepState Read(JsonElement json)
    {
        var state = new StepState();
        foreach (var member in json.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "s": state.Status = (StepStatus)value.GetInt32(); break;
                case "a": state.Attempt = value.GetInt32(); break;
                case "ea": state.EngineAttempt = value.GetInt32(); break;
                case "from": state.StartedAt = Moments.OfMicros(value.GetInt64()); break;
                case "to": state.EndedAt = Moments.OfMicros(value.GetInt64()); break;
                case "offered": state.OfferedAt = Moments.OfMicros(value.GetInt64()); break;
                case "due": state.DueAt = Moments.OfMicros(value.GetInt64()); break;
                case "in": state.Input = value; break;
                case "override": state.InputOverride = value; break;
                case "result": state.Result = value; break;
                case "error": state.Error = RunEvents.ReadError(value); break;
                case "skip": state.SkipReason = value.GetString(); break;
                case "signal": state.WaitSignal = value.GetString(); break;
                case "kept": state.Kept = true; break;
                case "seq": state.CompletedSeq = value.GetInt64(); break;
                case "map": state.Map = MapStateJson.Read(value); break;
                case "undo": state.Undo = Read(value); break;
                case "target": state.Target = value; break;
                case "inV": state.InputVersion = value.GetInt32(); break;
                case "injected": state.Overridden = true; break;
                case "nTarget": state.TargetsSet = value.GetInt32(); break;
                case "nRec": state.Recoveries = value.GetInt32(); break;
                case "nSet": state.TimersSet = value.GetInt32(); break;
                case "approval": state.Approval = ApprovalJson.ReadState(value); break;
                case "nGrant": state.Grants = value.GetInt32(); break;
                case "nEsc": state.Escalations = value.GetInt32(); break;
                case "nEmit": state.Emissions = value.GetInt32(); break;
                case "nFired": state.TimersFired = value.GetInt32(); break;
            }
        }
        return state;
    }
}
