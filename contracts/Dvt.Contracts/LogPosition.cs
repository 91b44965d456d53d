using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Dvt.Contracts;

/// <summary>
/// A place in the log: an offset for some of the slots. Opaque to clients, who only hand it back.
/// </summary>
public sealed class LogPosition
{
    readonly SortedDictionary<int, long> offsets = [];

    public LogPosition()
    {
    }

    public LogPosition(IEnumerable<KeyValuePair<int, long>> offsets)
    {
        foreach (var (slot, offset) in offsets)
            if (offset > 0)
                this.offsets[slot] = offset;
    }

    public IReadOnlyDictionary<int, long> Offsets => offsets;

    public static LogPosition At(int slot, long offset) => new([new(slot, offset)]);

    public long this[int slot] => offsets.GetValueOrDefault(slot);

    /// <summary>True when this position has everything that <paramref name="other"/> has.</summary>
    public bool Covers(LogPosition other) => other.offsets.All(o => this[o.Key] >= o.Value);

    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Join(',', offsets.Select(o => $"{o.Key:x}.{o.Value:x}"))));

    public static bool TryParse(string? token, [NotNullWhen(true)] out LogPosition? position)
    {
        position = null;
        if (token is null or { Length: > 4096 } || !Base64Url.IsValid(token))
            return false;
        var read = new LogPosition();
        var text = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token));
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var dot = part.IndexOf('.');
            if (dot < 0
                || !int.TryParse(part.AsSpan(0, dot), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var slot)
                || !long.TryParse(part.AsSpan(dot + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var offset)
                || slot < 0 || offset < 0)
                return false;
            read.offsets[slot] = offset;
        }
        position = read;
        return true;
    }
}
