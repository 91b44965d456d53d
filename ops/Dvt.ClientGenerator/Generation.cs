using System.Text.Json;

namespace Dvt.ClientGenerator;

/// <summary>The whole client of a document, file by file.</summary>
static class Generation
{
    /// <returns>Text by name of the file.</returns>
    /// <exception cref="InvalidOperationException">Two operations have one name.</exception>
    public static IReadOnlyDictionary<string, string> Files(JsonElement openApi)
    {
        var document = new Document(openApi);
        var types = new Types(document);
        var records = new RecordText(document, types);
        var sent = document.Sent();
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, schema) in document.Schemas.OrderBy(s => s.Key, StringComparer.Ordinal))
            if ((types.IsDeclared(schema) || types.IsPage(schema)) && name != "Nothing" && records.File(name, schema, sent.Contains(name)) is { } text)
                files[$"{Naming.Pascal(name)}.cs"] = text;
        var operations = document.Operations().Where(o => !IsForOthers(o.Operation)).Select(o => new Operation(o.Path, o.Method, o.Operation, document, types)).ToList();
        var groups = operations.GroupBy(o => o.Group).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        foreach (var group in groups)
            files[$"{group.Key}Client.cs"] = OperationText.File(group.Key, told: null, Named([.. group]));
        files["DvtClient.Groups.cs"] = Root(groups.Select(g => g.Key));
        if (types.Found.Count > 0)
            throw new InvalidOperationException($"{types.Found.Peek().Name} stands in an operation, without a name of its own in the document's schemas");
        return files;
    }

    /// <summary>Webhooks of providers: signed, not called by clients.</summary>
    static bool IsForOthers(JsonElement operation) => operation.Text("x-permission") == "open" && operation.List("tags").Any(t => t.ValueEquals("Webhooks"));

    static IReadOnlyList<Operation> Named(IReadOnlyList<Operation> operations)
    {
        var taken = new HashSet<string>();
        // The thing itself comes before what belongs to it: its list is the list.
        foreach (var operation in operations.OrderByDescending(o => o.IsOfGroup).ThenBy(o => o.Path.Count(c => c == '/')))
        {
            if (!taken.Add(operation.Name) && !taken.Add(operation.Name = operation.LongName))
                throw new InvalidOperationException($"{operation.Id}: {operation.Name} is taken in {operation.Group}");
        }
        return operations;
    }

    static string Root(IEnumerable<string> groups)
    {
        var code = Code.File().Open("public sealed partial class DvtClient");
        foreach (var (place, group) in groups.Index())
        {
            if (place > 0)
                code.Line();
            code.Line($"/// <summary>What the API can do under this name.</summary>").Line($"public {group}Client {group} => field ??= new(connection);");
        }
        return code.Close().ToString();
    }
}
