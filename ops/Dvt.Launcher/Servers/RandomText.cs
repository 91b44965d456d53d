using System.Buffers.Text;
using System.Security.Cryptography;

namespace Dvt.Launcher;

static class RandomText
{
    /// <summary>URL-safe characters out of this many random bytes, four for every three.</summary>
    public static string UrlSafe(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));
}
