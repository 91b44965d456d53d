using System.Text.Json;

namespace Dvt.ClientGenerator;

/// <param name="Name">As it travels.</param>
sealed record Argument(string Name, CSharpType Type, string? Told, bool Required = false)
{
    public string Variable => Naming.Camel(Name);
}

/// <summary>How an operation answers.</summary>
enum Answering
{
    Nothing,
    Json,
    Order,
    Items,
    Events,
    Bytes,
}

/// <summary>One operation of the document as a method.</summary>
sealed class Operation
{
    /// <summary>Handlers whose names say too little beside those of other files.</summary>
    static readonly Dictionary<string, string> Names = new()
    {
        ["SignalsSend"] = "Signal",
        ["SignalsSendExternal"] = "SignalExternal",
        ["SignalReviewsList"] = "ListSignals",
        ["SignalReviewsApprove"] = "ApproveSignal",
        ["SignalReviewsReject"] = "RejectSignal",
        ["BulkStartsStart"] = "StartMany",
        ["BulkSignalsSend"] = "SignalMany",
        ["BulkSignalsList"] = "ListBulkJobs",
        ["BulkSignalsFind"] = "GetBulkJob",
        ["BulkSignalsResults"] = "BulkJobResults",
        ["BulkSignalsCancel"] = "CancelBulkJob",
        ["BulkSignalsUndo"] = "UndoBulkJob",
        ["ApprovalsList"] = "ListApprovals",
        ["ApprovalsDecide"] = "DecideApproval",
        ["WebhookDeliveriesList"] = "ListDeliveries",
        ["WebhookDeliveriesFind"] = "GetDelivery",
        ["WebhookDeliveriesRetry"] = "RetryDelivery",
    };

    /// <summary>Problems that any operation may answer.</summary>
    static readonly HashSet<string> Usual = ["400", "401", "403", "413", "415", "429", "500", "502", "503", "504"];

    public Operation(string path, string method, JsonElement json, Document document, Types types)
    {
        (Path, Http, Json) = (path, Naming.Pascal(method), json);
        Id = json.Text("operationId")!;
        var tag = json.List("tags").First().GetString()!;
        Group = Naming.Pascal(tag);
        IsOfGroup = path.Split('/') is [_, _, var first, ..] && first == tag.ToLowerInvariant().Replace(' ', '-');
        var handler = json.Text("x-method")!;
        Name = Names.GetValueOrDefault(Id) ?? (handler.StartsWith("Find", StringComparison.Ordinal) ? "Get" + handler[4..] : handler);
        var success = json.GetProperty("responses").EnumerateObject().First(r => r.Name[0] == '2' && r.Name != "202" || r.Name == "202" && !HasOtherSuccess(json));
        var parameters = json.List("parameters").ToList();
        var isPaged = parameters.Any(p => p.Text("name") == "cursor");
        var isOrder = parameters.Any(p => p.Text("name") == "Prefer");
        var content = success.Value.TryGetProperty("content", out var told) ? told.EnumerateObject().First() : (JsonProperty?)null;
        HasFormats = content is not null && success.Value.GetProperty("content").EnumerateObject().Count() > 1 && parameters.Any(p => p.Text("name") == "format");
        AnswerSchema = content is { Name: "application/json" } ? Document.Referred(content.Value.Value.GetProperty("schema")) : null;
        Answering = json.Text("x-event") is not null ? Answering.Events
            : isPaged && AnswerSchema is not null ? Answering.Items
            : isOrder ? Answering.Order
            : content is null ? Answering.Nothing
            : content.Value.Name == "application/json" ? Answering.Json : Answering.Bytes;
        Answer = Answering switch
        {
            Answering.Events => new(Naming.Pascal(Document.NameOf(json.Text("x-event")!))),
            Answering.Items => types.ItemsOf(AnswerSchema!),
            Answering.Order or Answering.Json when content is { } shown => types.Of(shown.Value.GetProperty("schema"), Id + "Answer", sent: false),
            _ => null,
        };
        InPath = [.. parameters.Where(p => p.Text("in") == "path").Select(p => new Argument(p.Text("name")!, OfPath(p.Text("name")!, document), Told: null, Required: true))];
        InQuery = [.. parameters.Where(p => p.Text("in") == "query" && p.Text("name") is not ("limit" or "cursor" or "minPosition"))
            .Select(p => new Argument(p.Text("name")!, OfQuery(p, types), p.Text("description"), IsTrue(p, "required")))];
        Takes = [.. Options.Where(o => parameters.Any(p => p.Text("name") == o.Header)).Select(o => o.Takes)];
        if (json.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var sent)
            && sent.GetProperty("schema") is var schema && Document.Referred(schema) is not "Nothing")
            Body = new("body", types.Of(schema, Id + "Body", sent: true), Told: null, IsTrue(body, "required"));
    }

    static readonly (string Header, string Takes)[] Options =
        [("Idempotency-Key", "IdempotencyKey"), ("Prefer", "Wait"), ("minPosition", "MinPosition"), ("If-Match", "IfMatch")];

    public string Id { get; }

    public string Path { get; }

    /// <summary>Of <c>HttpMethod</c>.</summary>
    public string Http { get; }

    public JsonElement Json { get; }

    public string Group { get; }

    /// <summary>Its path begins with the group's name.</summary>
    public bool IsOfGroup { get; }

    /// <summary>Without <c>Async</c>.</summary>
    public string Name { get; set; }

    public Answering Answering { get; }

    /// <summary>Null for none, and for bytes.</summary>
    public CSharpType? Answer { get; }

    public string? AnswerSchema { get; }

    public IReadOnlyList<Argument> InPath { get; }

    public IReadOnlyList<Argument> InQuery { get; }

    public Argument? Body { get; }

    public IReadOnlyList<string> Takes { get; }

    /// <summary>Codes that only some operations answer.</summary>
    public IEnumerable<string> Codes => Json.GetProperty("responses").EnumerateObject().Where(r => r.Name[0] is '4' or '5' && !Usual.Contains(r.Name))
        .SelectMany(r => r.Value.List("x-codes").Select(c => c.GetString()!)).Distinct();

    /// <summary>Called by another name when its own is taken: with its file's behind.</summary>
    public string LongName => Id[..^Json.Text("x-method")!.Length] is var of && Name.StartsWith("Get", StringComparison.Ordinal) ? Name + Naming.Singular(of) : Name + of;

    /// <summary>Answers in several formats, of which the caller names one.</summary>
    public bool HasFormats { get; }

    static bool HasOtherSuccess(JsonElement json) => json.GetProperty("responses").EnumerateObject().Any(r => r.Name[0] == '2' && r.Name != "202");

    static bool IsTrue(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True;

    /// <summary>The document says only that it is text; the schemas know what has the same name.</summary>
    CSharpType OfPath(string name, Document document)
    {
        var own = AnswerSchema is { } answer ? Formats(document, [document.Schemas[answer]], name) : [];
        var known = own.Count > 0 ? own : Formats(document, document.Schemas.Values, name);
        return known is ["uuid"] ? new("Guid", IsValue: true) : CSharpType.Text;
    }

    static List<string> Formats(Document document, IEnumerable<JsonElement> schemas, string name) =>
    [
        .. schemas.SelectMany(document.Properties).Where(p => p.Name == name && p.Value.Types() is ["string"])
            .Select(p => p.Value.Text("format") ?? "").Distinct(),
    ];

    static CSharpType OfQuery(JsonElement parameter, Types types)
    {
        var schema = parameter.GetProperty("schema");
        return types.Known(schema) ?? (Words.Of(schema) is not null ? CSharpType.Text : types.Of(schema, "Query", sent: true)) switch
        {
            { Name: "JsonElement" } => CSharpType.Text,
            var type => type,
        };
    }
}
