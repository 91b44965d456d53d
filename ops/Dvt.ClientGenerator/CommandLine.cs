using System.Text.Json;

namespace Dvt.ClientGenerator;

/// <summary><c>Dvt.ClientGenerator DOCUMENT FOLDER [--check]</c></summary>
static class CommandLine
{
    const string Help =
        """
        usage: Dvt.ClientGenerator DOCUMENT FOLDER [--check]

        Writes the typed client of an OpenAPI document (a file, or - for standard input) into a folder and deletes what is there
        besides. --check writes nothing and ends with 1 when the folder holds another client.
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var check = args.Contains("--check");
        if (args.Where(a => a != "--check").ToArray() is not [var path, var folder] || path == "--help")
        {
            await Console.Out.WriteLineAsync(Help);
            return args is ["--help"] ? 0 : 2;
        }
        await using var input = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        var files = Generation.Files((await JsonDocument.ParseAsync(input)).RootElement);
        if (!check)
        {
            Write(files, folder);
            return 0;
        }
        var stale = Stale(files, folder);
        foreach (var name in stale)
            await Console.Error.WriteLineAsync($"stale: {name}");
        return stale.Count == 0 ? 0 : 1;
    }

    static void Write(IReadOnlyDictionary<string, string> files, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in Stale(files, folder))
            if (files.TryGetValue(name, out var text))
                File.WriteAllText(Path.Combine(folder, name), text);
            else
                File.Delete(Path.Combine(folder, name));
    }

    /// <summary>Names of files that are missing, differ or should not be there.</summary>
    public static IReadOnlyList<string> Stale(IReadOnlyDictionary<string, string> files, string folder)
    {
        var there = Directory.EnumerateFiles(folder, "*.cs").ToDictionary(f => Path.GetFileName(f)!, File.ReadAllText);
        return [.. files.Keys.Union(there.Keys).Where(name => files.GetValueOrDefault(name) != there.GetValueOrDefault(name)).Order(StringComparer.Ordinal)];
    }
}
