using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>Approvals as JSON: what events say of them, and their stored form.</summary>
static class ApprovalJson
{
    public static void WriteTerms(Utf8JsonWriter writer, ApprovalTerms terms)
    {
        writer.WriteString("title"u8, terms.Title);
        writer.Text("description"u8, terms.Description);
        writer.Value("data"u8, terms.Data);
        WriteTexts(writer, "roles"u8, terms.Roles);
        writer.Text("period"u8, terms.Period);
        writer.WriteString("onDeadline"u8, terms.OnDeadline);
        if (terms.Escalation.Count > 0)
        {
            writer.WriteStartArray("escalation"u8);
            foreach (var level in terms.Escalation)
            {
                writer.WriteStartObject();
                writer.Text("after"u8, level.After);
                WriteTexts(writer, "roles"u8, level.Roles);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        writer.WriteBoolean("fourEyes"u8, terms.FourEyes);
        writer.WriteNumber("minApprovals"u8, terms.MinApprovals);
        WriteTexts(writer, "startedBy"u8, terms.StartedBy);
    }

    public static ApprovalTerms ReadTerms(JsonElement json) => new(
        Text(json, "title") ?? "", Text(json, "description"), Value(json, "data"), ReadTexts(json, "roles"), Text(json, "period"),
        Text(json, "onDeadline") ?? DeadlineActions.Deny,
        json.TryGetProperty("escalation", out var levels) ? [.. levels.EnumerateArray().Select(l => new EscalationLevel(Text(l, "after"), ReadTexts(l, "roles")))] : [],
        json.GetProperty("fourEyes").GetBoolean(), json.GetProperty("minApprovals").GetInt32(), ReadTexts(json, "startedBy"));

    /// <summary>Members of an object that the caller has begun.</summary>
    public static void WriteVote(Utf8JsonWriter writer, ApprovalVote vote)
    {
        writer.WriteString("by"u8, vote.By);
        writer.Text("comment"u8, vote.Comment);
        writer.WriteString("at"u8, Moments.Text(vote.At));
    }

    public static void WriteState(Utf8JsonWriter writer, ApprovalState approval)
    {
        writer.WriteStartObject("approval"u8);
        writer.WriteString("id"u8, approval.ApprovalId);
        writer.Moment("from"u8, approval.RequestedAt);
        writer.Count("outcome"u8, (int)approval.Outcome);
        writer.Moment("to"u8, approval.EndedAt);
        writer.WriteStartObject("terms"u8);
        WriteTerms(writer, approval.Terms);
        writer.WriteEndObject();
        WriteTexts(writer, "may"u8, approval.Standing.Roles);
        writer.Count("level"u8, approval.Standing.Level);
        writer.Moment("since"u8, approval.Standing.Since);
        writer.Moment("deadline"u8, approval.Standing.Deadline);
        if (approval.Votes.Count > 0)
        {
            writer.WriteStartArray("votes"u8);
            foreach (var vote in approval.Votes)
                WriteStored(writer, vote);
            writer.WriteEndArray();
        }
        if (approval.Denial is { } denial)
        {
            writer.WritePropertyName("denial"u8);
            WriteStored(writer, denial);
        }
        writer.WriteEndObject();
    }

    static void WriteStored(Utf8JsonWriter writer, ApprovalVote vote)
    {
        writer.WriteStartObject();
        writer.WriteString("by"u8, vote.By);
        writer.Text("comment"u8, vote.Comment);
        writer.Moment("at"u8, vote.At);
        writer.WriteEndObject();
    }

    public static ApprovalState ReadState(JsonElement json)
    {
        var standing = new ApprovalStanding(
            ReadTexts(json, "may"), json.TryGetProperty("level", out var level) ? level.GetInt32() : 0, Moment(json, "since")!.Value, Moment(json, "deadline"));
        var approval = new ApprovalState(Text(json, "id")!, ReadTerms(json.GetProperty("terms")), Moment(json, "from")!.Value, standing)
        {
            Votes = json.TryGetProperty("votes", out var votes) ? [.. votes.EnumerateArray().Select(ReadStored)] : [],
            Denial = json.TryGetProperty("denial", out var denial) ? ReadStored(denial) : null,
        };
        if (json.TryGetProperty("outcome", out var outcome))
            approval.End((ApprovalOutcome)outcome.GetInt32(), Moment(json, "to"));
        return approval;
    }

    static ApprovalVote ReadStored(JsonElement json) => new(Text(json, "by")!, Text(json, "comment"), Moment(json, "at")!.Value);

    public static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    public static IReadOnlyList<string> ReadTexts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var texts) ? [.. texts.EnumerateArray().Select(t => t.GetString()!)] : [];

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    static JsonElement? Value(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? Values.Canonical((JsonElement?)value) : null;

    static DateTimeOffset? Moment(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? Moments.OfMicros(value.GetInt64()) : null;
}
