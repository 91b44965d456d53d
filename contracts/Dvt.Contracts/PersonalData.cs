namespace Dvt.Contracts;

/// <summary>
/// Marks a field that holds personal data. In events it is stored encrypted with the key of the person
/// that <see cref="Subject"/> names, so that erasing the person is deleting one key.
/// </summary>
/// <param name="subject">Name of the property of the same record that identifies the person, such as <c>UserId</c>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class PersonalDataAttribute(string subject) : Attribute
{
    public string Subject { get; } = subject;
}
