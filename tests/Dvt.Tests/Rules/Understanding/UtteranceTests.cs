using Dvt.Bench;
using Dvt.Lodging.Understanding;
using Xunit;

namespace Dvt.Tests.Rules.Understanding;

/// <summary>Guests' sentences with what they mean: <c>tests/data/nlu</c>.</summary>
public sealed class UtteranceTests
{
    [Theory]
    [InlineData(Utterance.Labelled, 800)]
    [InlineData(Utterance.Holdout, 230)]
    public void Guests_are_understood(string set, int atLeast)
    {
        var accuracy = Utterance.Measure(Utterance.Read(set));
        Assert.True(accuracy.Utterances >= atLeast);
        Assert.True(accuracy is { Intents: >= 95, Dates: >= 97, Guests: >= 97, Units: >= 97, Languages: >= 97 }, accuracy.ToString());
    }

    [Fact]
    public void What_was_tuned_for_stays_understood() => Assert.Empty(Utterance.Read(Utterance.Labelled)
        .Where(u => u.Understand() with { Confidence = 1, Nights = null } != u.Meant).Select(u => $"{u.Text}: {u.Understand()}"));

    [Fact]
    public void A_wrong_label_lowers_the_figure()
    {
        var wrong = Utterance.Parse("@ 2026-11-25T10:00 x\nes|cancel|26-12-15||3|Villa Mar|hola\n");
        Assert.Equal(new Accuracy(1, 0, 0, 0, 0, 100), Utterance.Measure(wrong));
    }

    [Fact]
    public void No_text_is_too_odd_to_be_read()
    {
        var random = new Random(20261125);
        var pieces = Utterance.Read(Utterance.Labelled).SelectMany(u => u.Text.Split(' '))
            .Concat(["", "31/2", "99/99/9999", "29 de febrero", "2026-13-45", "-", "/", "0", "999999999999", "\u0000", "😀", "ñ", "١٢", "a\u0301", "''", "del", "al", "to", "el 31 de", "1/1/1/1", "&&", "½"]).ToArray();
        for (var i = 0; i < 5_000; i++)
        {
            var text = string.Join(' ', Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            var now = new DateTime(2026, 1, 1).AddHours(random.Next(24 * 2000));
            var understood = GuestText.Read(text, now, Utterance.Units);
            Assert.True(understood.CheckOut is null || understood.CheckIn is null || understood.CheckOut > understood.CheckIn, text);
            Assert.True(understood.CheckIn is null || understood.CheckIn >= DateOnly.FromDateTime(now) || text.Contains("20", StringComparison.Ordinal), text);
            Assert.InRange(understood.Confidence, 0, 1);
            Assert.Equal(understood, GuestText.Read(text, now, Utterance.Units));
        }
    }
}
