using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Channels;

/// <summary>Tails the log of bookings and stores what guests are owed. Workers share the slots; each event is taken once.</summary>
sealed class NoticeFollower(FollowTable table, NoticeChannels channels, LogGrowth growth, NoticeWake wake, ILogger<NoticeFollower> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("guest messages", log, FollowAsync, stoppingToken);

    async Task FollowAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var grown = growth.Next;
            if (await table.StepAsync(known => Take(known, channels.Names), stop) > 0)
                wake.Up();
            else
                await LogGrowth.WaitAsync(grown, stop, LogGrowth.LookNowAndThen);
        }
    }

    /// <summary>Folds events into what is known and tells what is owed for each.</summary>
    internal static List<NewNotice> Take(SeenState known, IReadOnlyCollection<string> available)
    {
        var owed = new List<NewNotice>();
        foreach (var e in known.Events)
        {
            if (e.Stream.StartsWith("unit-", StringComparison.Ordinal))
            {
                known.Units[(e.TenantId, Guid.Parse(e.Stream.AsSpan("unit-".Length)))] = UnitSeen.Of(e.Data.GetProperty("definition"));
                continue;
            }
            if (Fold(known, e) is not { } booking)
                continue;
            var settings = known.Settings.GetValueOrDefault(e.TenantId, MessageSettings.Usual);
            var unit = known.Units.GetValueOrDefault((e.TenantId, booking.UnitId), UnitSeen.Unknown);
            foreach (var due in DueNotice.Of(e.Type, booking, unit, settings, e.RecordedAt))
                foreach (var channel in settings.Channels.Intersect(booking.Addresses).Intersect(available))
                    owed.Add(new(e.TenantId, booking.BookingId, booking.GuestId, channel, settings.Language, due));
        }
        return owed;
    }

    /// <summary>Null for bookings held before messages were there.</summary>
    static BookingSeen? Fold(SeenState known, SeenEvent e)
    {
        var key = (e.TenantId, Guid.Parse(e.Stream.AsSpan(BookingSeen.Prefix.Length)));
        if (e.Type == nameof(BookingHeld))
            return known.Bookings[key] = BookingSeen.Of(e.Data) with { Addresses = known.Addresses.GetValueOrDefault(key, []) };
        return known.Bookings.TryGetValue(key, out var before) ? known.Bookings[key] = before.After(e.Type, e.Data) : null;
    }
}

/// <summary>An event of the log that messages look at.</summary>
sealed record SeenEvent(Guid TenantId, string Stream, string Type, JsonElement Data, DateTimeOffset RecordedAt);

/// <summary>A notice about to be stored.</summary>
sealed record NewNotice(Guid TenantId, Guid BookingId, Guid GuestId, string Channel, string Language, DueNotice Due);

/// <summary>What is known before a step and, changed by it, after.</summary>
/// <param name="Addresses">Of guests whose booking is held in this step.</param>
sealed record SeenState(
    IReadOnlyList<SeenEvent> Events, Dictionary<(Guid TenantId, Guid UnitId), UnitSeen> Units, Dictionary<(Guid TenantId, Guid BookingId), BookingSeen> Bookings,
    IReadOnlyDictionary<Guid, MessageSettings> Settings, IReadOnlyDictionary<(Guid TenantId, Guid BookingId), IReadOnlyList<string>> Addresses);
