using Dvt.Contracts;
using Dvt.Pipeline;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

/// <summary>How envelopes share messages.</summary>
public sealed class WireTests
{
    static Envelope Envelope(int number, int bytes = 0) => new(
        Guid.CreateVersion7(), nameof(Fence), Guid.NewGuid(), $"key-{number}", "user:ana", DateTimeOffset.UnixEpoch,
        ContractsJson.Element(new { text = new string('x', bytes), sign = "ñ €<" }));

    static List<int> Sizes(IEnumerable<Envelope> envelopes) => [.. Wire.Pack(envelopes).Select(m => m.Envelopes)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Wire.EnvelopesPerMessage)]
    [InlineData(Wire.EnvelopesPerMessage + 1)]
    [InlineData(5 * Wire.EnvelopesPerMessage - 1)]
    public void Envelopes_come_back_as_they_were_in_order_and_as_few_messages(int count)
    {
        List<Envelope> given = [.. Enumerable.Range(0, count).Select(n => Envelope(n))];
        var messages = Wire.Pack(given).ToList();
        Assert.Equal((count + Wire.EnvelopesPerMessage - 1) / Wire.EnvelopesPerMessage, messages.Count);
        Assert.All(messages, m => Assert.Equal(m.Envelopes, Wire.Decode(m.Body).Length));
        var back = messages.SelectMany(m => Wire.Decode(m.Body)).ToList();
        Assert.Equal(given.Select(e => Wire.Encode(e)), back.Select(e => Wire.Encode(e)));
    }

    [Fact]
    public void Large_envelopes_do_not_gather_until_no_broker_takes_them()
    {
        Assert.Equal([3, 1], Sizes(Enumerable.Range(0, 4).Select(n => Envelope(n, bytes: 100_000))));
        Assert.Equal([1, 1, 2], Sizes([Envelope(0, bytes: 8_000_000), Envelope(1, bytes: 300_000), Envelope(2), Envelope(3)]));
    }

    [Fact]
    public void A_message_of_one_is_what_a_single_envelope_is()
    {
        var envelope = Envelope(1);
        Assert.Equal(Wire.Encode(envelope), Wire.Pack([envelope]).Single().Body);
    }
}
