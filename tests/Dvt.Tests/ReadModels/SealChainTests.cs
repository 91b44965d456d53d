using System.Text;
using Dvt.ReadModels;
using Xunit;

namespace Dvt.Tests.ReadModels;

/// <summary>The chain itself: what changes a hash, what does not, and how the entry is named.</summary>
public sealed class SealChainTests
{
    static readonly DateTime Noon = new(2026, 1, 5, 12, 0, 0, DateTimeKind.Utc);
    static readonly Guid Tenant = new("0197a3c4-0000-7000-8000-000000000001");

    static readonly SealableEntry Entry = new(
        Slot: 3, Offset: 41, Count: 2, Tenant, "run-r1", new("0197a3c4-0000-7000-8000-000000000002"), FirstSeq: 7, CommandId: new("0197a3c4-0000-7000-8000-000000000003"),
        CorrelationId: "case-7", "user:ana", Noon, Noon.AddMilliseconds(2),
        Utf8("""[["StepStarted",{"stepId":"a","input":{"code":"inner"}}],["StepCompleted",{"stepId":"a","result":"secret","attempt":1}]]"""));

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static string Hex(SealableEntry entry) => Convert.ToHexStringLower(SealChain.LeafOf(entry));

    static Leaf Of(long offset, string text = "x", int slot = 0) =>
        new(slot, offset, Noon, SealChain.LeafOf(Entry with { Slot = slot, Offset = offset, Events = Utf8($$"""[["A",{"x":"{{text}}"}]]""") }));

    [Fact]
    public void A_leaf_never_changes_its_form() =>
        // A head that somebody keeps would be unknown from then on.
        Assert.Equal(GoldenLeaf, Hex(Entry));

    [Fact]
    public void Every_field_of_an_entry_counts()
    {
        SealableEntry[] others =
        [
            Entry with { Slot = 4 }, Entry with { Offset = 42 }, Entry with { Count = 3 }, Entry with { TenantId = Guid.Empty }, Entry with { Stream = "run-r2" },
            Entry with { StreamId = Guid.Empty }, Entry with { FirstSeq = 8 }, Entry with { CommandId = null }, Entry with { CorrelationId = null },
            Entry with { CorrelationId = "" }, Entry with { CorrelationId = "case-8" }, Entry with { Actor = "user:bob" }, Entry with { OccurredAt = Noon.AddMicroseconds(1) },
            Entry with { RecordedAt = Noon }, Entry with { Events = Utf8("[]") },
        ];
        Assert.Equal(others.Length + 1, others.Append(Entry).Select(Hex).Distinct().Count());
    }

    [Fact]
    public void No_changed_byte_of_the_events_survives()
    {
        for (var i = 0; i < Entry.Events.Length; i++)
        {
            var changed = Entry.Events.ToArray();
            changed[i] ^= 1;
            Assert.NotEqual(Hex(Entry), Hex(Entry with { Events = changed }));
        }
    }

    [Fact]
    public void A_deleted_history_keeps_its_leaf_and_its_bones_are_still_covered()
    {
        var digest = SealChain.Digest(Entry.CorrelationId, Entry.Events.Span);
        var gone = Entry with
        {
            Stream = "gone-r1",
            CorrelationId = null,
            Emptied = digest,
            Events = Utf8("""[["StepStarted",{"stepId": "a"}],["StepCompleted",{"stepId": "a"}]]"""),
        };
        Assert.Equal(Hex(Entry), Hex(gone));
        Assert.NotEqual(Hex(Entry), Hex(gone with { Events = Utf8("""[["StepStarted",{"stepId":"b"}],["StepCompleted",{"stepId":"a"}]]""") }));
        Assert.NotEqual(Hex(Entry), Hex(gone with { Events = Utf8("""[["StepStarted",{"stepId":"a"}],["StepFailed",{"stepId":"a"}]]""") }));
        Assert.NotEqual(Hex(Entry), Hex(gone with { Emptied = null }));
        // Only what is called deleted may be vouched for by a digest.
        Assert.NotEqual(Hex(Entry), Hex(gone with { Stream = "run-r1" }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[[")]
    [InlineData("[[1]]")]
    [InlineData("[[\"A\"")]
    [InlineData("5")]
    [InlineData("{}")]
    public void What_is_no_entry_has_another_leaf_and_ends(string events)
    {
        Assert.NotEqual(Hex(Entry), Hex(Entry with { Events = Utf8(events) }));
        Assert.True(SealChain.TypesOf(Utf8(events)).Count <= 1);
    }

    [Fact]
    public void Types_are_told_in_order_whatever_the_events_hold() =>
        Assert.Equal(["StepStarted", "StepCompleted"], SealChain.TypesOf(Entry.Events.Span));

    [Fact]
    public void A_seal_covers_the_one_before_its_place_its_time_and_its_leaves_in_order()
    {
        Leaf[] leaves = [Of(1), Of(2)];
        (int, long)[] reached = [(0, 2)];
        byte[][] seals =
        [
            SealChain.Seal(Tenant, 1, SealChain.Beginning, reached, leaves, Noon),
            SealChain.Seal(Guid.Empty, 1, SealChain.Beginning, reached, leaves, Noon),
            SealChain.Seal(Tenant, 2, SealChain.Beginning, reached, leaves, Noon),
            SealChain.Seal(Tenant, 1, leaves[0].Hash, reached, leaves, Noon),
            SealChain.Seal(Tenant, 1, SealChain.Beginning, [(0, 3)], leaves, Noon),
            SealChain.Seal(Tenant, 1, SealChain.Beginning, reached, [leaves[1], leaves[0]], Noon),
            SealChain.Seal(Tenant, 1, SealChain.Beginning, reached, [leaves[0]], Noon),
            SealChain.Seal(Tenant, 1, SealChain.Beginning, reached, leaves, Noon.AddMicroseconds(1)),
        ];
        Assert.Equal(seals.Length, seals.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void The_first_entry_that_differs_is_named_with_what_became_of_it()
    {
        Leaf[] sealedOnes = [Of(1), Of(5), Of(2, slot: 1)];
        var marks = SealChain.Mark(sealedOnes);
        Assert.Null(SealChain.FirstDifference(marks, sealedOnes));
        Assert.Equal((0, 5L, "changed"), SealChain.FirstDifference(marks, [Of(1), Of(5, "other"), Of(2, slot: 1)]));
        Assert.Equal((0, 5L, "removed"), SealChain.FirstDifference(marks, [Of(1), Of(2, slot: 1)]));
        Assert.Equal((1, 2L, "removed"), SealChain.FirstDifference(marks, [Of(1), Of(5)]));
        Assert.Equal((0, 4L, "inserted"), SealChain.FirstDifference(marks, [Of(1), Of(4), Of(5), Of(2, slot: 1)]));
        Assert.Equal((1, 3L, "inserted"), SealChain.FirstDifference(marks, [.. sealedOnes, Of(3, slot: 1)]));
    }

    /// <summary>Made apart from this code, from what <c>ops/audit.md</c> says.</summary>
    const string GoldenLeaf = "61d9486647fea7f83b3137be545c2156c15ef221ff0c06273e5430e770b3aecc";
}
