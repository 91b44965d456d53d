using System.Text;
using Dvt.Lodging.Calendars;
using Xunit;

namespace Dvt.Tests.Rules.Calendars;

public sealed class PlatformFeedTests
{
    [Fact]
    public void Airbnb_tells_reservations_and_blocks()
    {
        var feed = Feeds.Read(Feeds.Of("airbnb"));
        Assert.True(feed is { IsCalendar: true, IsWhole: true, RemarkCount: 0 });
        Assert.Equal(
            [
                "1418fb94e984-00112233445566778899aabbccddeeff@airbnb.com 2026-01-10/2026-01-13",
                "7f662ec65913-ffeeddccbbaa99887766554433221100@airbnb.com 2026-02-01/2026-02-05",
            ], feed.Told());
        Assert.Equal("Reserved", feed.Events[0].Summary);
        Assert.Equal(
            "Reservation URL: https://www.airbnb.com/hosting/reservations/details/HMTESTCODE\nPhone Number (Last 4 Digits): 0000", feed.Events[0].Description);
    }

    [Fact]
    public void Airbnb_of_old_puts_the_end_first_and_has_no_stamp()
    {
        var feed = Feeds.Read(Feeds.Of("airbnb-old"));
        Assert.Equal(["-abcdef123456--0011223344556677@airbnb.com 2026-01-10/2026-01-13"], feed.Told());
        Assert.Contains("PROPERTY: A cabin, with a view", feed.Events[0].Description, StringComparison.Ordinal);
        Assert.Equal(0, feed.RemarkCount);
    }

    [Fact]
    public void Booking_escapes_more_than_it_should()
    {
        var feed = Feeds.Read(Feeds.Of("booking"));
        Assert.Equal(
            [
                "00112233445566778899aabbccddeeff@booking.com 2026-01-10/2026-01-13",
                "ffeeddccbbaa99887766554433221100@booking.com 2026-03-01/2026-03-02",
            ], feed.Told());
        Assert.Equal(0, feed.RemarkCount);
    }

    [Fact]
    public void Vrbo_ends_its_lines_with_LF_and_speaks_French()
    {
        var feed = Feeds.Read(Feeds.Of("vrbo"));
        Assert.Equal(["2026-01-10/2026-01-13", "2026-02-20/2026-02-21"], feed.Nights());
        Assert.Equal("Réservée - Zoé", feed.Events[0].Summary);
        Assert.Equal(0, feed.RemarkCount);
    }

    [Fact]
    public void Google_repeats_moves_cancels_and_reminds()
    {
        var feed = Feeds.Read(Feeds.Of("google"));
        Assert.Equal(
            [
                "0123456789abcdefghijklmnop@google.com 2026-01-10/2026-01-13",
                "weekly@google.com/20260305T210000Z 2026-03-05/2026-03-07",
                "weekly@google.com/20260319T200000Z 2026-03-20/2026-03-21",
                "utc@google.com 2026-04-01/2026-04-03",
            ], feed.Told());
        Assert.True(feed.Events[^1].IsTentative);
        Assert.Equal("Weekly, a day later", feed.Events[2].Summary);
        Assert.Equal(["78 transparent", "86 cancelled"], feed.Remarked());
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    [InlineData("\r\r\n")]
    [InlineData("\r\n\r\n")]
    public void Line_ends_of_every_kind_are_the_same(string end) => Assert.All(Feeds.Platforms, platform =>
    {
        var text = Encoding.UTF8.GetString(Feeds.Of(platform)).ReplaceLineEndings(end);
        Assert.Equal(Feeds.Read(Feeds.Of(platform)).Told(), Feeds.Read(Encoding.UTF8.GetBytes(text)).Told());
    });

    [Fact]
    public void Byte_order_marks_are_passed_over() => Assert.All(
        new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode }, encoding => Assert.All(Feeds.Platforms, platform =>
        {
            byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(Encoding.UTF8.GetString(Feeds.Of(platform)))];
            Assert.Equal(Feeds.Read(Feeds.Of(platform)).Events, Feeds.Read(bytes).Events.Select(e => e));
        }));

    [Fact]
    public void A_stamp_that_changes_changes_no_event()
    {
        var later = Encoding.UTF8.GetString(Feeds.Of("airbnb")).Replace("DTSTAMP:20260102T030405Z", "DTSTAMP:20260102T030906Z", StringComparison.Ordinal);
        Assert.Equal(Feeds.Read(Feeds.Of("airbnb")).Events, Feeds.Read(Encoding.UTF8.GetBytes(later)).Events);
    }

    [Fact]
    public void Latin_letters_in_another_charset_are_read_and_told()
    {
        var feed = Feeds.Read(Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(Feeds.Of("vrbo"))));
        Assert.Equal("Réservée - Zoé", feed.Events[0].Summary);
        Assert.Equal(["11 not_utf8"], feed.Remarked());
    }

    [Fact]
    public void A_fold_may_part_a_character()
    {
        byte[] bytes = [.. "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20260110\nSUMMARY:caf"u8, 0xC3, .. "\r\n "u8, 0xA9, .. "\nEND:VEVENT\nEND:VCALENDAR"u8];
        Assert.Equal("café", Feeds.Read(bytes).Events[0].Summary);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html><body>Not found</body></html>")]
    [InlineData("")]
    [InlineData("{\"error\":\"no\"}")]
    public void What_is_no_calendar_is_not_taken_for_an_empty_one(string text)
    {
        var feed = Feeds.Read(Encoding.UTF8.GetBytes(text));
        Assert.True(feed is { IsCalendar: false, IsWhole: false, Events.Count: 0 });
    }

    [Fact]
    public void A_calendar_that_breaks_off_is_not_whole()
    {
        var bytes = Feeds.Of("airbnb");
        for (var length = 0; length < bytes.Length - 3; length++)
            Assert.False(Feeds.Read(bytes[..length]).IsWhole);
        Assert.True(Feeds.Read(bytes).IsWhole);
    }

    [Fact]
    public void An_empty_calendar_is_whole() => Assert.True(Feeds.Read(Feeds.Calendar()) is { IsCalendar: true, IsWhole: true, Events.Count: 0 });
}
