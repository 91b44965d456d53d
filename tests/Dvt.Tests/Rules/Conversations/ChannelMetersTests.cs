using Dvt.Contracts;
using Dvt.Pipeline.Watching;
using Dvt.Workers.Channels;
using Xunit;

namespace Dvt.Tests.Rules.Conversations;

public sealed class ChannelMetersTests
{
    const string Lost = "dvt_channel_messages_lost_total";

    [Theory]
    [InlineData(SendingStatus.Failed, 190, "configuration")]
    [InlineData(SendingStatus.Failed, 131047, "permanent")]
    [InlineData(SendingStatus.Failed, 130429, "retry")]
    [InlineData(SendingStatus.Unknown, null, "none")]
    public void A_message_that_did_not_arrive_is_counted_with_the_reason(string status, int? code, string reason)
    {
        using var text = new PrometheusText();
        ChannelMeters.Count(new MessageSendingChanged(Guid.NewGuid(), status, code));
        Assert.Contains($"{Lost}{{status=\"{status}\",class=\"{reason}\"}} 1", text.Write().Split('\n'));
    }

    [Fact]
    public void A_message_that_arrives_is_none_of_them()
    {
        using var text = new PrometheusText();
        foreach (var status in (string[])[SendingStatus.Sent, SendingStatus.Delivered, SendingStatus.Read])
            ChannelMeters.Count(new MessageSendingChanged(Guid.NewGuid(), status, Code: null));
        Assert.DoesNotContain(text.Write().Split('\n'), line => line.StartsWith(Lost, StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal));
    }

    [Fact]
    public void There_is_a_code_of_each_class() => Assert.Equal(Enum.GetValues<ErrorClass>(), WhatsAppErrors.OneOfEach.Select(WhatsAppErrors.Of).Order());
}
