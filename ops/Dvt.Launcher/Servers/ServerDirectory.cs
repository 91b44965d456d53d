using System.Security.Cryptography;
using System.Text;

namespace Dvt.Launcher;

/// <summary>Where a private server keeps its data.</summary>
static class ServerDirectory
{
    /// <summary>
    /// The wanted directory, created; or one under /var/lib when the server's user may not enter the wanted one's parents.
    /// The same wish always gets the same answer.
    /// </summary>
    public static async Task<string> PrepareAsync(string wanted, SystemUser user)
    {
        var chosen = Path.GetFullPath(wanted);
        Directory.CreateDirectory(chosen);
        await user.OwnAsync(chosen);
        if (!user.CanEnter(chosen))
        {
            chosen = Substitute(wanted);
            Directory.CreateDirectory(chosen);
            await user.OwnAsync(chosen);
        }

        return chosen;
    }

    /// <summary>Where data for this wish may lie, of those that are there.</summary>
    public static IEnumerable<string> Existing(string wanted) =>
        new[] { Path.GetFullPath(wanted), Substitute(wanted) }.Where(Directory.Exists);

    /// <summary>Deletes what <see cref="PrepareAsync"/> made, at either place.</summary>
    public static void Delete(string wanted)
    {
        foreach (var directory in Existing(wanted))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static string Substitute(string wanted) => $"/var/lib/dvt-{Hash(wanted)}";

    /// <summary>Eight hexadecimal digits that stand for the path.</summary>
    public static string Hash(string path) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(path))))[..8];
}
