using Dvt.Contracts;

namespace Dvt.Pipeline;

/// <summary>Neither the broker nor Postgres could take the command; nothing was accepted.</summary>
public sealed class NotAcceptedException(Exception cause) : Exception("neither the broker nor the database takes commands", cause);

/// <summary>Puts a command on its slot's queue, or parks it when the broker cannot take it.</summary>
public sealed class CommandSender(Publisher publisher, Mailbox mailbox)
{
    /// <summary>Returns once the command is safe: confirmed by the broker's quorum, or committed in Postgres.</summary>
    /// <exception cref="NotAcceptedException">Neither took it.</exception>
    public async Task SendAsync(Domain domain, Envelope command, CancellationToken stop)
    {
        var queue = Slot.Queue(Slot.Of(domain, command.TenantId, command.Key));
        try
        {
            if (mailbox.IsCareful && await mailbox.ParkBehindOthersAsync(queue, command, stop))
                return;
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault))
        {
            // With the database away nobody can park, so nobody waits before this one that the relay could still send.
        }
        try
        {
            await publisher.PublishAsync(queue, command, stop);
        }
        catch (BrokerUnavailableException noConfirm)
        {
            await ParkAsync(queue, command, noConfirm, stop);
        }
    }

    async Task ParkAsync(string queue, Envelope command, BrokerUnavailableException noConfirm, CancellationToken stop)
    {
        try
        {
            await mailbox.ParkAsync(queue, command, stop);
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault))
        {
            await SendAgainAsync(queue, command, noConfirm, fault, stop);
        }
    }

    /// <summary>The broker may only have been slow, and now nobody else can take it. Should it come twice, it is one command by its id.</summary>
    async Task SendAgainAsync(string queue, Envelope command, BrokerUnavailableException noConfirm, Exception noPlace, CancellationToken stop)
    {
        try
        {
            await publisher.PublishAsync(queue, command, stop);
        }
        catch (BrokerUnavailableException)
        {
            throw new NotAcceptedException(new AggregateException(noConfirm, noPlace));
        }
    }
}
