using System.Text.RegularExpressions;

namespace Dvt.Lodging.Calendars;

/// <summary>
/// What is kept of an event's texts: whether it says that somebody comes, and the platform's code of the reservation. The
/// rest may name a guest, and is not ours to keep.
/// </summary>
static partial class FeedLabel
{
    /// <summary>How platforms begin the summary of a reservation, in the languages they use with hosts here.</summary>
    static readonly string[] Reserved = ["reserv", "réserv", "booked", "booking", "gebucht", "prenot"];

    public static string Of(CalendarEvent e)
    {
        var isReserved = Array.Exists(Reserved, r => e.Summary.StartsWith(r, StringComparison.OrdinalIgnoreCase));
        return ReservationCode().Match(e.Description) is { Success: true } found ? $"Reserved {found.Groups["code"].Value}" : isReserved ? "Reserved" : "Blocked";
    }

    [GeneratedRegex("/reservations/details/(?<code>[A-Z0-9]{6,12})(?![A-Za-z0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex ReservationCode();
}
