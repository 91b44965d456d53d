using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dvt.Contracts;

namespace Dvt.Lodging.Calendars;

/// <summary>A block as the last good fetch left it.</summary>
public sealed record KnownBlock(string Uid, DateOnly From, DateOnly To, string? Text);

/// <summary>What a fetched calendar changes about the blocks that are known of it.</summary>
/// <param name="Put">Added or changed.</param>
/// <param name="Gone">Uids of those that vanished. What is over stays, it is history.</param>
/// <param name="IsHeldBack">It had several events to come and now has none: nothing changes until it says so again.</param>
public sealed record FeedDiff(IReadOnlyList<FeedBlock> Put, IReadOnlyList<string> Gone, bool IsHeldBack)
{
    /// <summary>From so many future events to none is more likely a fault than the truth.</summary>
    const int Many = 3;

    public bool HasChanges => Put.Count + Gone.Count > 0;

    /// <param name="feed">Whole.</param>
    /// <param name="unitId">Its own stays are no news when a platform tells them back.</param>
    /// <param name="today">By the unit's clocks.</param>
    /// <param name="saidBefore">The fetch before was held back.</param>
    public static FeedDiff Of(IReadOnlyList<KnownBlock> known, CalendarFeed feed, Guid unitId, DateOnly today, bool saidBefore)
    {
        var before = known.ToDictionary(b => b.Uid, StringComparer.Ordinal);
        var now = feed.Events.Where(e => e.CheckOut > today && !ExportUids.IsOf(e.Uid, unitId))
            .Select(e => new FeedBlock(e.Key, e.CheckIn, e.CheckOut, FeedLabel.Of(e))).ToList();
        var named = now.Select(b => b.Uid).ToHashSet(StringComparer.Ordinal);
        var gone = known.Where(b => b.To > today && !named.Contains(b.Uid) && !IsUnread(b.Uid, feed)).Select(b => b.Uid).ToList();
        if (now.Count == 0 && !saidBefore && known.Count(b => b.To > today) >= Many)
            return new([], [], IsHeldBack: true);
        return new([.. now.Where(b => !before.TryGetValue(b.Uid, out var old) || old != new KnownBlock(b.Uid, b.From, b.To, b.Summary))], gone, IsHeldBack: false);
    }

    /// <summary>It is there and could not be read, so nothing is known of it.</summary>
    static bool IsUnread(string key, CalendarFeed feed) =>
        feed.Unread.Contains(key) || (key.LastIndexOf('/') is > 0 and var end && feed.Unread.Contains(key[..end]));

    /// <summary>The blocks once it has been carried out.</summary>
    public IEnumerable<KnownBlock> AppliedTo(IReadOnlyList<KnownBlock> known)
    {
        var touched = Put.Select(b => b.Uid).Concat(Gone).ToHashSet(StringComparer.Ordinal);
        return known.Where(b => !touched.Contains(b.Uid)).Concat(Put.Select(b => new KnownBlock(b.Uid, b.From, b.To, b.Summary)));
    }

    /// <summary>
    /// Blocks and day in few characters. A calendar that has not changed needs no reading only while the blocks are those
    /// that it made: an import that was lost on the way is made up for.
    /// </summary>
    public static string StateOf(IEnumerable<KnownBlock> blocks, DateOnly today)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{today:yyyyMMdd}");
        foreach (var block in blocks.OrderBy(b => b.Uid, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"\n{block.Uid} {block.From:yyyyMMdd} {block.To:yyyyMMdd} {block.Text}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
