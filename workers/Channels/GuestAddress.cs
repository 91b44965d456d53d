using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>Where a guest can be reached.</summary>
static class GuestAddress
{
    public static IReadOnlyList<string> ChannelsOf(Guest guest) => [.. MessageChannels.All.Where(channel => On(channel, guest) is not null)];

    /// <summary>Digits of the phone for WhatsApp, the address for email; null where there is none that could be used.</summary>
    public static string? On(string channel, Guest guest) => channel switch
    {
        MessageChannels.WhatsApp => Digits(guest.Phone) is { Length: >= 8 and <= 15 } digits ? digits : null,
        _ => IsEmail(guest.Email) ? guest.Email : null,
    };

    /// <summary>Enough to recognise it, too little to use it: <c>…0199</c>, <c>a…@guests.example</c>.</summary>
    public static string Masked(string channel, string address) => channel == MessageChannels.Email && address.LastIndexOf('@') is > 0 and var at
        ? $"{address[0]}…{address[at..]}"
        : $"…{address[^Math.Min(4, address.Length)..]}";

    static string? Digits(string? phone) => phone is null ? null : string.Concat(phone.Where(char.IsAsciiDigit));

    static bool IsEmail(string? text) => text is { Length: <= 254 } && System.Net.Mail.MailAddress.TryCreate(text, out var read) && read.Address == text;
}
