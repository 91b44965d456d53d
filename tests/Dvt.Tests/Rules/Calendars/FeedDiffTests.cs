using Dvt.Lodging.Calendars;
using Xunit;

namespace Dvt.Tests.Rules.Calendars;

/// <summary>Today is 2 January 2026.</summary>
public sealed class FeedDiffTests
{
    static readonly Guid Unit = new("0197a3c4-0000-7000-8000-000000000002");

    static KnownBlock Block(string uid, int from, int to) => new(uid, Feeds.Today.AddDays(from), Feeds.Today.AddDays(to), "Blocked");

    static CalendarFeed Feed(params (string Uid, int From, int To)[] events) => Feeds.Read(Feeds.Calendar([.. events.SelectMany(e => new[]
    {
        "BEGIN:VEVENT", $"UID:{e.Uid}", $"DTSTART:{Feeds.Today.AddDays(e.From):yyyyMMdd}", $"DTEND:{Feeds.Today.AddDays(e.To):yyyyMMdd}", "END:VEVENT",
    })]));

    static FeedDiff Diff(KnownBlock[] known, CalendarFeed feed, bool saidBefore = false) => FeedDiff.Of(known, feed, Unit, Feeds.Today, saidBefore);

    static string[] Told(FeedDiff diff) => [.. diff.Put.Select(b => $"+{b.Uid}"), .. diff.Gone.Select(g => $"-{g}")];

    [Fact]
    public void What_is_added_moved_and_gone_is_one_change() => Assert.Equal(
        ["+moved", "+new", "-gone"],
        Told(Diff([Block("same", 5, 7), Block("moved", 10, 12), Block("gone", 20, 22)], Feed(("same", 5, 7), ("moved", 11, 13), ("new", 30, 31)))));

    [Fact]
    public void The_same_again_is_no_change() => Assert.False(Diff([Block("a", 5, 7), Block("b", 5, 7)], Feed(("b", 5, 7), ("a", 5, 7))).HasChanges);

    [Fact]
    public void What_is_over_is_neither_added_nor_removed() =>
        Assert.Empty(Told(Diff([Block("was", -9, -2), Block("ended today", -3, 0)], Feed(("long ago", -30, -20), ("until today", -5, 0)))));

    [Fact]
    public void A_stay_that_is_going_on_is_removed_when_it_vanishes() => Assert.Equal(["-now"], Told(Diff([Block("now", -2, 1)], Feed())));

    [Fact]
    public void An_event_that_cannot_be_read_keeps_its_block()
    {
        var feed = Feeds.Read(Feeds.Calendar("BEGIN:VEVENT", "UID:a", "DTSTART:soon", "END:VEVENT"));
        Assert.Equal(["-b"], Told(Diff([Block("a", 5, 7), Block("a/20260110", 8, 9), Block("b", 5, 7)], feed, saidBefore: true)));
    }

    [Fact]
    public void From_three_events_to_none_must_be_said_twice()
    {
        KnownBlock[] known = [Block("a", 5, 7), Block("b", 8, 9), Block("c", 10, 11), Block("past", -5, -3)];
        Assert.True(Diff(known, Feed()) is { IsHeldBack: true, HasChanges: false });
        Assert.Equal(["-a", "-b", "-c"], Told(Diff(known, Feed(), saidBefore: true)));
        Assert.Equal(["-b", "-c"], Told(Diff(known, Feed(("a", 5, 7)))));
        Assert.Equal(["-a", "-b"], Told(Diff([known[0], known[1], known[3]], Feed())));
    }

    [Fact]
    public void Our_own_events_told_back_are_passed_over_and_those_of_another_unit_are_not()
    {
        var (ours, theirs) = (ExportUids.Of(Guid.NewGuid(), Unit), ExportUids.Of(Guid.NewGuid(), Guid.NewGuid()));
        Assert.Equal([$"+{theirs}"], Told(Diff([], Feed((ours, 5, 7), (theirs, 5, 7)))));
    }

    [Theory]
    [InlineData("SUMMARY:Reserved", "Reserved")]
    [InlineData("SUMMARY:Réservée - Zoé", "Reserved")]
    [InlineData("SUMMARY:Reserved - Ana Pérez", "Reserved")]
    [InlineData("SUMMARY:CLOSED - Not available", "Blocked")]
    [InlineData("SUMMARY:Ana Pérez\\, 809 555 0000", "Blocked")]
    [InlineData("DESCRIPTION:Reservation URL: https://www.airbnb.com/hosting/reservations/details/HMTESTCODE\\nPhone Number: 0000", "Reserved HMTESTCODE")]
    public void Of_texts_nothing_is_kept_that_names_a_guest(string line, string kept) =>
        Assert.Equal(kept, Assert.Single(Diff([], Feeds.Event("DTSTART:20260110", line)).Put).Summary);

    [Fact]
    public void Whatever_was_known_the_blocks_end_as_the_calendar_has_them()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        KnownBlock[] known = [];
        for (var round = 0; round < 2_000; round++)
        {
            var feed = Feed([.. Enumerable.Range(0, random.Next(8)).Select(_ => ($"u{random.Next(12)}", random.Next(1, 40), 41 + random.Next(5))).DistinctBy(e => e.Item1)]);
            var diff = Diff(known, feed, saidBefore: true);
            known = [.. diff.AppliedTo(known)];
            Assert.Equal(
                feed.Events.Select(e => (e.Key, e.CheckIn, e.CheckOut)).Order(), known.Select(b => (b.Uid, b.From, b.To)).Order());
            Assert.False(Diff(known, feed).HasChanges, $"seed {seed}");
        }
    }

    [Fact]
    public void The_state_changes_with_any_block_and_with_the_day_and_with_nothing_else()
    {
        KnownBlock[] blocks = [Block("a", 5, 7), Block("b", 8, 9)];
        var state = FeedDiff.StateOf(blocks, Feeds.Today);
        Assert.Equal(state, FeedDiff.StateOf(blocks.Reverse(), Feeds.Today));
        Assert.Equal(5, new[]
        {
            state, FeedDiff.StateOf(blocks[..1], Feeds.Today), FeedDiff.StateOf([Block("a", 5, 8), blocks[1]], Feeds.Today),
            FeedDiff.StateOf(blocks, Feeds.Today.AddDays(1)), FeedDiff.StateOf([], Feeds.Today),
        }.Distinct().Count());
    }
}
