namespace Dvt.Api;

/// <summary>A query parameter or header as the document describes it.</summary>
/// <param name="Schema">JSON Schema of its value.</param>
sealed record Parameter(string Name, string Description, string Schema = """{"type":"string"}""", string In = "query", bool Required = false);

/// <summary>A row of a route table: what is mapped, who may call it and what the document says about it.</summary>
/// <param name="Permission">One of <see cref="Api.Permission"/>.</param>
sealed record Endpoint(string Method, string Path, string Permission, Func<Call, Task> Handle, string Summary)
{
    public const int UsualBody = 1024 * 1024;
    public const int PlanBody = 8 * 1024 * 1024;

    public string Tag { get; init; } = "";

    public string? Description { get; init; }

    /// <summary>Name of the body's schema; null for no body.</summary>
    public string? Body { get; init; }

    public bool BodyOptional { get; init; }

    public int BodyLimit { get; init; } = UsualBody;

    /// <summary>Status of the usual answer.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Name of the answer's schema; null for none.</summary>
    public string? Answer { get; init; }

    /// <summary>Media types of the answer besides JSON.</summary>
    public IReadOnlyList<string> AlsoProduces { get; init; } = [];

    /// <summary>The only media type of the answer, where it is not JSON.</summary>
    public string? Produces { get; init; }

    /// <summary>Name of the schema of each event, where the answer is a stream of them.</summary>
    public string? Event { get; init; }

    /// <summary>Answers 202, waits when preferred.</summary>
    public bool Queues { get; init; }

    /// <summary>Answers <c>{items, nextCursor}</c>, takes <c>limit</c> and <c>cursor</c>.</summary>
    public bool Lists { get; init; }

    /// <summary>Tells <c>Dvt-Position</c>, takes <c>minPosition</c>.</summary>
    public bool Reads { get; init; }

    /// <summary>Reads tables that are written with the log itself, so that they are where the log is.</summary>
    public bool Current { get; init; }

    /// <summary>Makes or changes something, so that its refusals belong in the audit; a POST that only computes needs no more than to read.</summary>
    public bool Commands => Method != "GET" && Permission != Api.Permission.Open && (Queues || !Permission.EndsWith(".read", StringComparison.Ordinal));

    /// <summary>Takes <c>If-Match</c>.</summary>
    public bool Matches { get; init; }

    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    /// <summary>Filters named by the caller, such as <c>label.channel</c>: what stands before their dot.</summary>
    public string? Prefix { get; init; }

    public IReadOnlyList<ProblemKind> Problems { get; init; } = [];

    /// <summary>Example of the body, as JSON.</summary>
    public string? Example { get; init; }

    /// <summary>Example of the answer, as JSON.</summary>
    public string? AnswerExample { get; init; }

    public string OperationId => Handle.Method.DeclaringType!.Name + Handle.Method.Name;

    public static Endpoint Get(string path, string permission, Func<Call, Task> handle, string summary) => new("GET", path, permission, handle, summary);

    public static Endpoint Post(string path, string permission, Func<Call, Task> handle, string summary) => new("POST", path, permission, handle, summary);

    public static Endpoint Put(string path, string permission, Func<Call, Task> handle, string summary) => new("PUT", path, permission, handle, summary);

    public static Endpoint Patch(string path, string permission, Func<Call, Task> handle, string summary) => new("PATCH", path, permission, handle, summary);

    public static Endpoint Delete(string path, string permission, Func<Call, Task> handle, string summary) => new("DELETE", path, permission, handle, summary);
}
