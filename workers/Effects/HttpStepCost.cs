using System.Globalization;
using Dvt.Contracts;

namespace Dvt.Workers.Effects;

/// <summary>What a call has cost, as the receiver says it: <c>Dvt-Cost: tokens=120, money=0.12 USD</c>.</summary>
static class HttpStepCost
{
    const string Header = "Dvt-Cost";

    /// <summary>Null without the header, and for one that cannot be read: the call itself is done either way.</summary>
    public static Cost? Of(HttpResponseMessage response) =>
        response.Headers.TryGetValues(Header, out var values) ? Read(string.Join(',', values)) : null;

    public static Cost? Read(string header)
    {
        if (header.Length > 200)
            return null;
        long? tokens = null;
        Money? money = null;
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            switch (part.Split('=', 2, StringSplitOptions.TrimEntries))
            {
                case ["tokens", var number] when long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count):
                    tokens = count;
                    break;
                case ["money", var sum] when sum.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var amount, var currency]:
                    money = new Money(amount, currency);
                    break;
                default:
                    return null;
            }
        return tokens is null && money is null ? null : new Cost(tokens, money);
    }
}
