using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Dvt.Engine.JsonSchemas;

/// <summary>The formats that can be asserted (Validation §7.3); any other is an annotation only.</summary>
static partial class Formats
{
    const int MaxEmailLocal = 64;
    static readonly SearchValues<char> Ipv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    internal static readonly FrozenDictionary<string, Func<string, bool>> Known = new Dictionary<string, Func<string, bool>>
    {
        ["date"] = IsDate,
        ["date-time"] = IsDateTime,
        ["time"] = IsTime,
        ["duration"] = text => Duration().IsMatch(text),
        ["email"] = IsEmail,
        ["uri"] = IsUri,
        ["uuid"] = text => Uuid().IsMatch(text),
        ["ipv4"] = text => Ipv4().IsMatch(text),
        ["ipv6"] = IsIpv6,
        ["regex"] = IsPattern,
        ["json-pointer"] = text => Pointer().IsMatch(text),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static bool IsDate(string text) =>
        text.Length == 10 && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    static bool IsDateTime(string text) =>
        text.Length > 11 && text[10] is 'T' or 't' && IsDate(text[..10]) && IsTime(text[11..]);

    static bool IsTime(string text)
    {
        var match = Time().Match(text);
        if (!match.Success)
            return false;
        int Part(string name) => match.Groups[name].Success ? int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : 0;
        if (Part("second") < 60)
            return true;
        // A leap second is 23:59:60 in UTC, whatever the clock on the wall shows.
        var offset = (Part("offsetHour") * 60) + Part("offsetMinute");
        var minute = (Part("hour") * 60) + Part("minute") - (match.Groups["sign"].Value == "-" ? -offset : offset);
        return (minute + 1440) % 1440 == 1439;
    }

    static bool IsEmail(string text)
    {
        var at = text.LastIndexOf('@');
        if (at is < 1 or > MaxEmailLocal || !EmailLocal().IsMatch(text[..at]))
            return false;
        var domain = text[(at + 1)..];
        if (!domain.StartsWith('[') || !domain.EndsWith(']'))
            return domain.Length <= 253 && Domain().IsMatch(domain);
        var address = domain[1..^1];
        return address.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? IsIpv6(address[5..]) : Ipv4().IsMatch(address);
    }

    static bool IsUri(string text)
    {
        var match = AbsoluteUri().Match(text);
        if (!match.Success)
            return false;
        var literal = match.Groups["literal"];
        return !literal.Success || literal.Value[0] is 'v' or 'V' || IsIpv6(literal.Value);
    }

    static bool IsIpv6(string text)
    {
        if (text.Contains('.', StringComparison.Ordinal) && !Ipv4().IsMatch(text[(text.LastIndexOf(':') + 1)..]))
            return false;
        // The platform also takes zones, brackets and ports, which are no part of an address.
        return !text.AsSpan().ContainsAnyExcept(Ipv6Characters)
            && text.Contains(':', StringComparison.Ordinal)
            && IPAddress.TryParse(text, out var address)
            && address.AddressFamily is AddressFamily.InterNetworkV6;
    }

    static bool IsPattern(string text)
    {
        try
        {
            _ = EcmaPattern.Compile(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^(?<hour>[01][0-9]|2[0-3]):(?<minute>[0-5][0-9]):(?<second>[0-5][0-9]|60)(?:\.[0-9]+)?(?:[Zz]|(?<sign>[+-])(?<offsetHour>[01][0-9]|2[0-3]):(?<offsetMinute>[0-5][0-9]))\z")]
    private static partial Regex Time();

    [GeneratedRegex(@"^P(?=[0-9T])(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)?(?:T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?)\z")]
    private static partial Regex Duration();

    [GeneratedRegex(@"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\z")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\z)|\z)){4}\z")]
    private static partial Regex Ipv4();

    [GeneratedRegex(@"^(?:/(?:[^~/]|~[01])*)*\z")]
    private static partial Regex Pointer();

    [GeneratedRegex(@"^(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*|""(?:[ !#-\[\]-~]|\\[ -~])*"")\z")]
    private static partial Regex EmailLocal();

    [GeneratedRegex(@"^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z")]
    private static partial Regex Domain();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*:(?://(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?(?:\[(?<literal>[0-9A-Fa-f:.]+|[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*|(?!//)(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?\z")]
    private static partial Regex AbsoluteUri();
}
