using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging;
using Dvt.Lodging.Messages;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>Makes a notice into a message: whom it is for, in clear only here, and what it says.</summary>
/// <param name="paymentLink">Null for none.</param>
sealed class NoticeText(NpgsqlDataSource postgres, PersonalDataCodec codec, PaymentLink? paymentLink)
{
    /// <summary>Null when the person has been erased.</summary>
    public async Task<Guest?> GuestAsync(ClaimedNotice notice, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        var guest = await codec.DecodeAsync(notice.Booking.Guest, notice.TenantId, notice.Booking.GuestId.ToString(), connection, stop);
        return guest?.Deserialize<Guest>(ContractsJson.Options);
    }

    /// <exception cref="FormatException">The tenant's template says more than is allowed.</exception>
    public OutgoingMessage Make(ClaimedNotice notice, Guest guest, string to)
    {
        var (booking, unit) = (notice.Booking, notice.Unit);
        var words = MessageWords.Of(new(
            notice.Business, guest.Name, booking.Code, unit.Name, unit.TimeZone, booking.CheckIn, booking.CheckOut, unit.CheckInTime, unit.CheckOutTime, booking.Guests,
            booking.Currency, booking.Total, booking.Deposit, booking.Paid, booking.RefundDue, booking.ExpiresAt, Link(notice)), notice.Language);
        var texts = notice.Texts ?? DefaultTexts.Of(notice.Template, notice.Language);
        // Words of its own are no reason not to reach a guest who has not written.
        texts = texts with { WhatsApp = texts.WhatsApp ?? DefaultTemplates.Of(notice.Template) };
        return new(
            notice.TenantId, notice.NoticeId, notice.Fact, to, Rendering.Render(texts, notice.Language, words), notice.Language,
            notice.Settings.FromName ?? notice.Business, notice.Settings.ReplyTo, IsNews: notice.Template == MessageNames.AfterStay);
    }

    /// <summary>What was sent, so that it can be shown until the person is erased.</summary>
    public async Task<string> SealAsync(ClaimedNotice notice, OutgoingMessage message, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        return await codec.EncodeAsync(
            new MessageSent(notice.Booking.GuestId, new(message.To, message.Content.Subject, message.Content.Text)), notice.TenantId, connection, transaction: null, stop);
    }

    string? Link(ClaimedNotice notice) =>
        paymentLink?.For(notice.Booking.Code, notice.Booking.Deposit, notice.Booking.Currency, notice.Language, notice.TenantId);
}
