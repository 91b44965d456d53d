using System.Text.Json;
using Dvt.Api;
using Dvt.ClientGenerator;
using Dvt.Tests.Launcher;
using Dvt.Tests.Style;
using Xunit;

namespace Dvt.Tests.Client;

/// <summary>What is committed is what the document gives.</summary>
public sealed class GeneratedClientTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "ops", "Dvt.Client", "Generated");

    [Fact]
    public async Task The_client_is_the_one_of_the_document()
    {
        using var printed = new StringWriter();
        await Documents.PrintAsync(printed);
        var files = Generation.Files(JsonElement.Parse(printed.ToString()));
        Assert.True(Dvt.ClientGenerator.CommandLine.Stale(files, Folder) is { Count: 0 },
            $"stale, run ./dvt client: {string.Join(", ", Dvt.ClientGenerator.CommandLine.Stale(files, Folder))}");
    }

    [Fact]
    public void A_file_that_is_missing_different_or_left_over_is_stale()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "Same.cs", "Other.cs", "Left.cs" })
            File.WriteAllText(folder.At(name), "a");
        Assert.Equal(["Left.cs", "Missing.cs", "Other.cs"], Dvt.ClientGenerator.CommandLine.Stale(
            new Dictionary<string, string> { ["Same.cs"] = "a", ["Other.cs"] = "b", ["Missing.cs"] = "a" }, folder.At("")));
    }

    [Fact]
    public async Task The_printed_document_is_the_served_one()
    {
        using var printed = new StringWriter();
        await Documents.PrintAsync(printed);
        await using var api = await Api.ApiProcess.StartAsync();
        var (_, served, _) = await api.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        Assert.True(JsonElement.DeepEquals(served, JsonElement.Parse(printed.ToString())));
    }
}
