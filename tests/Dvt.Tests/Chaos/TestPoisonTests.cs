using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers;
using Dvt.Workers.Runs;
using Xunit;

namespace Dvt.Tests.Chaos;

public sealed class TestPoisonTests
{
    [Theory]
    [InlineData("throw")]
    [InlineData("exit")]
    public void Production_knows_no_poison(string mode)
    {
        Assert.False(new WorkersOptions().TestKinds);
        var message = new Envelope(Guid.NewGuid(), "TestPoison", Guid.NewGuid(), "key", "user:test", DateTimeOffset.UnixEpoch, ContractsJson.Element(new { mode }));
        var delivery = new Delivery(message, "dvt.runs.0", Slot: 0, Epoch: 1, Redelivered: false, Source: null!, Tag: 1);
        Assert.Throws<NotSupportedException>(() => TestPoison.Take(new WorkersOptions(), delivery));
    }

    [Fact]
    public void Under_test_it_throws_what_it_is_told()
    {
        var message = new Envelope(Guid.NewGuid(), "TestPoison", Guid.NewGuid(), "key", "user:test", DateTimeOffset.UnixEpoch, ContractsJson.Element(new { mode = "throw" }));
        var delivery = new Delivery(message, "dvt.runs.0", Slot: 0, Epoch: 1, Redelivered: false, Source: null!, Tag: 1);
        Assert.Throws<InvalidOperationException>(() => TestPoison.Take(new WorkersOptions { TestKinds = true }, delivery));
    }
}
