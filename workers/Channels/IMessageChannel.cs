using Dvt.Contracts;
using Dvt.Lodging.Messages;

namespace Dvt.Workers.Channels;

/// <summary>Carries a message to a guest. It calls and classifies; what is owed, repeated and recorded is not its business.</summary>
interface IMessageChannel
{
    /// <summary>One of <see cref="MessageChannels"/>.</summary>
    string Name { get; }

    /// <summary>Whether the other side recognises a message it has seen, so that one whose answer was lost may be sent again.</summary>
    bool KnowsRepeats { get; }

    Task<SendResult> SendAsync(OutgoingMessage message, CancellationToken stop);
}

/// <param name="NoticeId">The same whenever it is sent.</param>
/// <param name="To">Digits of a phone, or an email address.</param>
/// <param name="FromName">Shown as the sender.</param>
/// <param name="IsNews">Nothing that the guest waits for, such as thanks after a stay.</param>
sealed record OutgoingMessage(
    Guid TenantId, Guid NoticeId, string Fact, string To, RenderedMessage Content, string Language, string FromName, string? ReplyTo, bool IsNews);

/// <summary>What came of sending.</summary>
abstract record SendResult
{
    /// <summary>The channel took it.</summary>
    public sealed record Gone : SendResult;

    /// <summary>It was surely not sent.</summary>
    /// <param name="Code">Stable, such as <c>smtp_550</c>.</param>
    public sealed record Refused(string Code, string Detail, bool Retryable) : SendResult;

    /// <summary>It may have gone or not.</summary>
    public sealed record Unknown(string Code) : SendResult;
}

/// <summary>The channels that this installation has.</summary>
sealed class NoticeChannels(IEnumerable<IMessageChannel> channels)
{
    readonly Dictionary<string, IMessageChannel> byName = channels.ToDictionary(c => c.Name);

    public IReadOnlyCollection<string> Names => byName.Keys;

    public IReadOnlyCollection<string> KnowingRepeats => [.. byName.Values.Where(c => c.KnowsRepeats).Select(c => c.Name)];

    public IMessageChannel this[string name] => byName[name];
}
