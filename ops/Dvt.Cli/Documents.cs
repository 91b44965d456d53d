using System.Text.Json;

namespace Dvt.Cli;

/// <summary>Documents of the user: a file, or <c>-</c> for standard input.</summary>
static class Documents
{
    /// <summary>Bytes; more than any endpoint takes.</summary>
    const int Largest = 64 * 1024 * 1024;

    /// <summary>As it is: the API judges it.</summary>
    /// <exception cref="CommandEndedException">Usage: it cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(Surroundings around, string path, CancellationToken stop)
    {
        try
        {
            await using var from = path == "-" ? around.Input() : File.OpenRead(path);
            using var all = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (await from.ReadAsync(buffer, stop) is > 0 and var read)
            {
                all.Write(buffer, 0, read);
                if (all.Length > Largest)
                    throw CommandEndedException.Usage($"{path} is larger than {Largest} bytes");
            }
            return WithoutMark(all.ToArray());
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CommandEndedException.Usage($"cannot read {path}: {fault.Message}");
        }
    }

    /// <summary>To be put into a body, which only JSON can be.</summary>
    public static async Task<JsonElement> ReadJsonAsync(Surroundings around, string path, CancellationToken stop) =>
        Parse(await ReadAsync(around, path, stop), path);

    public static JsonElement Parse(byte[] utf8, string path)
    {
        try
        {
            return Json.Parse(utf8);
        }
        catch (JsonException fault)
        {
            throw CommandEndedException.Usage($"{path} is no JSON: {fault.Message}");
        }
    }

    // Editors write a byte order mark that JSON does not know.
    static byte[] WithoutMark(byte[] utf8) => utf8 is [0xEF, 0xBB, 0xBF, ..] ? utf8[3..] : utf8;
}
