using System.Text;
using System.Text.Json;

namespace Dvt.ReadModels;

/// <summary>The fields of <c>RunQueued</c> that lists show; its input is passed over unread.</summary>
sealed class QueuedFields
{
    public string PlanId { get; private set; } = "";

    public string PlanVersion { get; private set; } = "";

    public string? ActorId { get; private set; }

    public int Priority { get; private set; } = 5;

    public string? CorrelationId { get; private set; }

    public IReadOnlyDictionary<string, string>? Labels { get; private set; }

    /// <summary>It has a concurrency key and waits for a slot of it.</summary>
    public bool WaitsForSlot { get; private set; }

    public string? OriginRunId { get; private set; }

    public string? ParentRunId { get; private set; }

    public string? ContinuedFromRunId { get; private set; }

    public static QueuedFields Read(ReadOnlySpan<byte> json)
    {
        var fields = new QueuedFields();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("planId"))
                fields.PlanId = Next(ref reader)!;
            else if (reader.ValueTextEquals("planVersion"))
                fields.PlanVersion = Next(ref reader)!;
            else if (reader.ValueTextEquals("concurrency") && reader.Read())
            {
                fields.WaitsForSlot = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("context") && reader.Read())
                fields.ReadContext(ref reader);
            else if (reader.ValueTextEquals("lineage") && reader.Read())
                fields.ReadLineage(ref reader);
            else
                reader.Skip();
        }
        return fields;
    }

    void ReadContext(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("actorId"))
                ActorId = Next(ref reader);
            else if (reader.ValueTextEquals("correlationId"))
                CorrelationId = Next(ref reader);
            else if (reader.ValueTextEquals("priority") && reader.Read())
                Priority = reader.TokenType == JsonTokenType.Number ? reader.GetInt32() : 5;
            else if (reader.ValueTextEquals("labels") && reader.Read())
                Labels = ReadLabels(ref reader);
            else
                reader.Skip();
        }
    }

    static Dictionary<string, string>? ReadLabels(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        var labels = new Dictionary<string, string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (Next(ref reader) is { } value)
                labels[name] = value;
        }
        return labels;
    }

    void ReadLineage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("originRunId"))
                OriginRunId = Next(ref reader);
            else if (reader.ValueTextEquals("parentRunId"))
                ParentRunId = Next(ref reader);
            else if (reader.ValueTextEquals("continued") && reader.Read())
                ReadContinued(ref reader);
            else
                reader.Skip();
        }
        // A retry of a run that went on for another went on for none itself.
        if (ContinuedFromRunId != ParentRunId)
            ContinuedFromRunId = null;
    }

    void ReadContinued(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            if (reader.ValueTextEquals("runId"))
                ContinuedFromRunId = Next(ref reader);
            else
                reader.Skip();
    }

    static string? Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        reader.Skip();
        return null;
    }
}

/// <summary>Code and message of an error in an event; nulls when it has none.</summary>
static class ErrorFields
{
    public static (string? Code, string? Message) Read(ReadOnlySpan<byte> json, string name = "error")
    {
        string? code = null, message = null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals(name) || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isCode, isMessage) = (reader.ValueTextEquals("code"), reader.ValueTextEquals("message"));
                reader.Read();
                if (isCode)
                    code = reader.GetString();
                else if (isMessage)
                    message = reader.GetString();
                else
                    reader.Skip();
            }
        }
        return (code, message);
    }
}

/// <summary>
/// What a run can be found by: plan, version, parent, labels and words, each with the tenant in front, so that the index
/// never leaves the tenant.
/// </summary>
static class RunTerms
{
    const char Separator = '\x1f';

    /// <summary>The index takes 2,046 bytes; longer values are told apart by the filter behind it.</summary>
    const int MaxLength = 400;

    public static string Of(Guid tenantId, string runId, QueuedFields queued, string? correlationId)
    {
        var terms = new StringBuilder();
        Add(terms, Plan(tenantId, queued.PlanId));
        Add(terms, Version(tenantId, queued.PlanVersion));
        if (queued.ParentRunId is { } parent)
            Add(terms, Parent(tenantId, parent));
        foreach (var (name, value) in queued.Labels ?? EmptyLabels)
            Add(terms, Label(tenantId, name, value));
        foreach (var text in (ReadOnlySpan<string?>)[runId, queued.PlanId, correlationId, queued.ActorId, queued.OriginRunId])
            AddWords(terms, tenantId, text);
        return terms.ToString();
    }

    static readonly Dictionary<string, string> EmptyLabels = [];

    public static string Plan(Guid tenantId, string planId) => Term(tenantId, 'p', planId);

    public static string Version(Guid tenantId, string version) => Term(tenantId, 'v', version);

    public static string Parent(Guid tenantId, string runId) => Term(tenantId, 'r', runId);

    public static string Label(Guid tenantId, string name, string value) => Term(tenantId, 'l', $"{name}={value}");

    public static string Word(Guid tenantId, string word) => Term(tenantId, 'w', word.ToLowerInvariant());

    static void AddWords(StringBuilder terms, Guid tenantId, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return;
        Add(terms, Word(tenantId, text));
        if (Guid.TryParse(text, out _))
            return;
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
                continue;
            if (i > start && start > 0)
                Add(terms, Word(tenantId, text[start..i]));
            start = i + 1;
        }
    }

    static void Add(StringBuilder terms, string term)
    {
        if (terms.Length > 0)
            terms.Append(Separator);
        terms.Append(term);
    }

    static string Term(Guid tenantId, char kind, string value)
    {
        if (value.Length > MaxLength)
            value = value[..MaxLength];
        return $"{tenantId.ToString("n")[^10..]}{kind}{value.Replace(Separator, ' ')}";
    }
}
