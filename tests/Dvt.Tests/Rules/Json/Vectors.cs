using System.Text.Json;

namespace Dvt.Tests.Rules.Json;

/// <summary>The published vectors beside these tests.</summary>
static class Vectors
{
    internal static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Rules", "Json", "Data");

    internal static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
