namespace Dvt.ClientGenerator;

/// <summary>Writes the operations of a group as a class.</summary>
static class OperationText
{
    const string Options = "CallOptions? options = null";

    public static string File(string group, string? told, IReadOnlyList<Operation> operations)
    {
        var code = Code.File("System.Text.Json");
        code.Summary(told ?? $"What the API can do with {group}").Open($"public sealed partial class {group}Client");
        code.Line("readonly Connection connection;").Line().Line($"internal {group}Client(Connection connection) => this.connection = connection;");
        foreach (var operation in operations)
        {
            code.Line();
            Write(code, operation);
        }
        return code.Close().ToString();
    }

    static void Write(Code code, Operation operation)
    {
        switch (operation.Answering)
        {
            case Answering.Items:
                WriteItems(code, operation);
                break;
            case Answering.Events:
                Head(code, operation, $"IAsyncEnumerable<ServerEvent<{operation.Answer!.Name}>>", operation.Name, "string? lastEventId = null");
                code.Line($"    connection.EventsAsync<{operation.Answer!.Name}>({Made(operation)}, lastEventId, cancellationToken);");
                break;
            case Answering.Bytes:
                Head(code, operation, "Task<Stream>", operation.Name, Options);
                code.Line($"    connection.BytesAsync({Made(operation)}, cancellationToken);");
                break;
            case Answering.Nothing:
                Head(code, operation, "Task", operation.Name, Options);
                code.Line($"    connection.DoneAsync({Made(operation)}, cancellationToken);");
                break;
            case Answering.Order:
                var of = operation.Answer is { } made ? $"<{made.Name}>" : "";
                Head(code, operation, $"Task<Outcome{of}>", operation.Name, Options);
                code.Line($"    connection.OrderAsync{of}({Made(operation)}, cancellationToken);");
                break;
            default:
                WriteJson(code, operation);
                break;
        }
    }

    /// <summary>The record, and where there are other formats the bytes of the one that is named.</summary>
    static void WriteJson(Code code, Operation operation)
    {
        Head(code, operation, $"Task<{operation.Answer!.Name}>", operation.Name, Options, format: false);
        code.Line($"    connection.JsonAsync<{operation.Answer!.Name}>({Made(operation, format: false)}, cancellationToken);");
        if (!operation.HasFormats)
            return;
        code.Line();
        Head(code, operation, "Task<Stream>", operation.Name + "File", Options, "As a file in the format that is named; whoever reads it disposes it.");
        code.Line($"    connection.BytesAsync({Made(operation)}, cancellationToken);");
    }

    /// <summary>All of a list as it is read on, and one page of it.</summary>
    static void WriteItems(Code code, Operation operation)
    {
        var item = operation.Answer!.Name;
        Head(code, operation, $"IAsyncEnumerable<{item}>", operation.Name, Options, "Fetches page after page as it is read on.");
        code.Line($"    connection.ItemsAsync<{item}>(cursor => {Made(operation)}.Query(\"limit\", 100L).Query(\"cursor\", cursor), cancellationToken);").Line();
        Head(code, operation, $"Task<Page<{item}>>", operation.Name + "Page", ["int? limit = null", "string? cursor = null", Options], "One page.");
        code.Line($"    connection.JsonAsync<Page<{item}>>({Made(operation)}.Query(\"limit\", (long?)limit).Query(\"cursor\", cursor), cancellationToken);");
    }

    static void Head(Code code, Operation operation, string returns, string name, string last, string? more = null, bool format = true) =>
        Head(code, operation, returns, name, new[] { last }, more, format);

    static void Head(Code code, Operation operation, string returns, string name, IEnumerable<string> last, string? more = null, bool format = true)
    {
        var told = string.Join(' ', new[] { operation.Json.Text("summary"), operation.Json.Text("description"), more }.OfType<string>().Select(Naming.Sentence));
        code.Summary(told);
        foreach (var argument in InQuery(operation, format).Where(a => a.Told is { Length: > 0 }))
            code.Line($"/// <param name=\"{argument.Variable.TrimStart('@')}\">{Naming.Sentence(Naming.Doc(argument.Told!))}</param>");
        var codes = string.Join(", ", operation.Codes);
        code.Line($"/// <exception cref=\"DvtProblemException\">{(codes.Length > 0 ? $"<c>{codes}</c>." : "The API said no.")}</exception>");
        code.Line($"public {returns} {name}Async(");
        string[] arguments = [.. Arguments(operation, format), .. last, "CancellationToken cancellationToken = default"];
        // Up to four fit on a line.
        code.Line($"    {string.Join(arguments.Length > 4 ? ",\n        " : ", ", arguments)}) =>");
    }

    /// <param name="format">False where the format is JSON.</param>
    static IEnumerable<Argument> InQuery(Operation operation, bool format) => operation.InQuery.Where(a => format || !operation.HasFormats || a.Name != "format");

    static IEnumerable<string> Arguments(Operation operation, bool format)
    {
        foreach (var argument in operation.InPath)
            yield return $"{argument.Type.Name} {argument.Variable}";
        if (operation.Body is { Required: true } body)
            yield return $"{body.Type.Name} body";
        foreach (var argument in InQuery(operation, format).Where(a => a.Required))
            yield return $"{argument.Type.Name} {argument.Variable}";
        if (operation.Body is { Required: false } optional)
            yield return $"{optional.Type.Name}? body = null";
        foreach (var argument in InQuery(operation, format).Where(a => !a.Required))
            yield return $"{argument.Type.Name}? {argument.Variable} = null";
        if (operation.Json.Text("x-filter-prefix") is { } prefix)
            yield return $"IReadOnlyDictionary<string, string>? {prefix}s = null";
    }


    static string Made(Operation operation, bool format = true)
    {
        var path = string.Join('/', operation.Path.TrimStart('/').Split('/').Select(part =>
            part.StartsWith('{') ? $"{{Request.Segment({Naming.Camel(part[1..part.IndexOf('}')])})}}{part[(part.IndexOf('}') + 1)..]}" : part));
        var takes = operation.Takes.Count == 0 ? "Takes.Nothing" : string.Join(" | ", operation.Takes.Select(t => $"Takes.{t}"));
        var options = operation.Answering == Answering.Events ? "null" : "options";
        var made = $"new Request(HttpMethod.{operation.Http}, {(operation.InPath.Count > 0 ? "$" : "")}\"{path}\", {options}, {takes})";
        foreach (var argument in InQuery(operation, format))
            made += $".Query({RecordText.Literal(argument.Name)}, {argument.Variable})";
        if (operation.Json.Text("x-filter-prefix") is { } prefix)
            made += $".Query({RecordText.Literal(prefix)}, {prefix}s)";
        return operation.Body is null ? made : made + ".Json(body)";
    }
}
