namespace Dvt.Lodging;

/// <summary>Where guests pay.</summary>
/// <param name="address">With <c>{code}</c>, <c>{amount}</c>, <c>{currency}</c>, <c>{language}</c> and <c>{tenant}</c>.</param>
public sealed class PaymentLink(string address)
{
    /// <summary>Null when there is no page to pay on.</summary>
    public static PaymentLink? Of(string? address) => address is { Length: > 0 } ? new(address) : null;

    public string For(string code, string amount, string currency, string language, Guid tenantId) => address
        .Replace("{code}", Uri.EscapeDataString(code), StringComparison.Ordinal)
        .Replace("{amount}", Uri.EscapeDataString(amount), StringComparison.Ordinal)
        .Replace("{currency}", Uri.EscapeDataString(currency), StringComparison.Ordinal)
        .Replace("{language}", language, StringComparison.Ordinal)
        .Replace("{tenant}", tenantId.ToString(), StringComparison.Ordinal);
}
