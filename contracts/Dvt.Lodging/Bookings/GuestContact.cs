using Dvt.Contracts;

namespace Dvt.Lodging.Bookings;

/// <summary>By what guests are told apart.</summary>
public static class GuestContact
{
    /// <summary>The phone's digits, or else the email in lower case; null for a guest who left neither.</summary>
    public static string? Of(Guest guest)
    {
        var digits = new string([.. (guest.Phone ?? "").Where(char.IsAsciiDigit)]);
        if (digits.Length >= 6)
            return $"phone:{digits}";
        return string.IsNullOrWhiteSpace(guest.Email) ? null : $"email:{guest.Email.Trim().ToLowerInvariant()}";
    }
}
