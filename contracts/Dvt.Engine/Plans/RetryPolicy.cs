using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dvt.Engine.Plans;

/// <summary>How often and how late a failed step is tried again.</summary>
/// <param name="MaxAttempts">In all, the first included.</param>
public sealed record RetryPolicy(int MaxAttempts, TimeSpan Initial, double Factor, TimeSpan Max)
{
    public static RetryPolicy Default { get; } = new(MaxAttempts: 3, TimeSpan.FromSeconds(1), Factor: 2, TimeSpan.FromSeconds(60));

    /// <summary>For what repeats its parts by itself.</summary>
    public static RetryPolicy Once { get; } = Default with { MaxAttempts = 1 };

    /// <summary>Pause after attempt <paramref name="attempt"/>: 80 to 100 % of the exponential one, the same for the same names.</summary>
    public TimeSpan Delay(string runId, string stepId, int attempt)
    {
        var full = Math.Min(Max.TotalMilliseconds, Initial.TotalMilliseconds * Math.Pow(Factor, attempt - 1));
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{runId}:{stepId}:{attempt}"), digest);
        var share = BinaryPrimitives.ReadUInt32BigEndian(digest) / (double)uint.MaxValue;
        return TimeSpan.FromMilliseconds(Math.Round(full * (0.8 + (0.2 * share))));
    }
}
