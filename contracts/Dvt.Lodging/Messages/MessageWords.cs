using System.Globalization;

namespace Dvt.Lodging.Messages;

/// <summary>What a message may speak of: a booking, its unit, its guest.</summary>
/// <param name="Paid">Decimal text, as all amounts.</param>
/// <param name="RefundDue">What goes back; null for nothing.</param>
public sealed record MessageSubject(
    string Business, string GuestName, string BookingCode, string UnitName, string TimeZone, DateOnly CheckIn, DateOnly CheckOut, string CheckInTime,
    string CheckOutTime, int Guests, string Currency, string Total, string Deposit, string Paid, string? RefundDue, DateTimeOffset ExpiresAt, string? PaymentLink);

/// <summary>The names that templates know, and what they stand for in a language. All values are texts; what there is not is left out.</summary>
public static class MessageWords
{
    static readonly MessageSubject Sample = new(
        "Cabañas del Río", "Ana Pérez", "RES261126A1B2C3", "Cabaña Pino", "America/Santo_Domingo", new(2026, 12, 18), new(2026, 12, 21), "15:00", "11:00", 2,
        "DOP", "48000.00", "14400.00", "14400.00", "7200.00", new(2026, 11, 26, 15, 30, 0, TimeSpan.Zero), "https://pay.example/RES261126A1B2C3");

    public static readonly IReadOnlySet<string> Names = Of(Sample, "es").Keys.ToHashSet();

    /// <summary>For previews: a booking that does not exist.</summary>
    public static IReadOnlyDictionary<string, string> OfSample(string business, string language) => Of(Sample with { Business = business }, language);

    public static IReadOnlyDictionary<string, string> Of(MessageSubject subject, string language)
    {
        var words = new Dictionary<string, string>
        {
            ["businessName"] = subject.Business,
            ["guestName"] = subject.GuestName,
            ["firstName"] = subject.GuestName.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? subject.GuestName,
            ["bookingCode"] = subject.BookingCode,
            ["unitName"] = subject.UnitName,
            ["checkIn"] = DateText.Of(subject.CheckIn, language),
            ["checkOut"] = DateText.Of(subject.CheckOut, language),
            ["checkInTime"] = subject.CheckInTime,
            ["checkOutTime"] = subject.CheckOutTime,
            ["nights"] = (subject.CheckOut.DayNumber - subject.CheckIn.DayNumber).ToString(CultureInfo.InvariantCulture),
            ["guests"] = subject.Guests.ToString(CultureInfo.InvariantCulture),
            ["total"] = Money(subject.Total, subject.Currency),
            ["deposit"] = Money(subject.Deposit, subject.Currency),
            ["expiresAt"] = DateText.TimeOf(subject.ExpiresAt, subject.TimeZone),
        };
        if (Amount(subject.Paid) is > 0 and var paid)
        {
            words["paid"] = Money(subject.Paid, subject.Currency);
            if (Amount(subject.Total) > paid)
                words["balance"] = Money((Amount(subject.Total) - paid).ToString(CultureInfo.InvariantCulture), subject.Currency);
        }
        if (subject.RefundDue is { } refund && Amount(refund) > 0)
            words["refund"] = Money(refund, subject.Currency);
        if (subject.PaymentLink is { } link)
            words["paymentLink"] = link;
        return words;
    }

    static decimal Amount(string text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) ? amount : 0;

    /// <summary>Such as <c>DOP 48,000.00</c>, with the minor units that the amount has.</summary>
    static string Money(string amount, string currency)
    {
        var decimals = amount.Split('.') is [_, var minor] ? minor.Length : 0;
        return $"{currency} {Amount(amount).ToString($"N{decimals}", CultureInfo.InvariantCulture)}";
    }
}
