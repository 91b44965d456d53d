namespace Dvt.Contracts;

/// <summary>A secret has a value from now on, which no event holds.</summary>
/// <param name="Hosts">Where it may be sent to, each <c>host</c> or <c>host:port</c>.</param>
public sealed record SecretSet(string Name, IReadOnlyList<string> Hosts) : IEvent;

public sealed record SecretDeleted(string Name) : IEvent;

/// <summary>A place of a step where its plan names a secret: what comes there otherwise is text like any other.</summary>
/// <param name="Header">Of the request.</param>
public sealed record SecretUse(string Header, string Name)
{
    /// <summary>How a plan writes it, and what is left wherever the step's input is kept or shown.</summary>
    public static string Reference(string name) => $"${{secrets.{name}}}";

    /// <summary>The name to which a secret is bound where it is wrapped.</summary>
    public static string WrapName(Guid tenantId, string name) => $"secret {tenantId} {name}";
}
