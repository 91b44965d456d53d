namespace Dvt.Lodging.Understanding;

/// <summary>What a guest wants. Of several in one message the first of change, cancel, availability, book, price, services, pay; who asks for a person gets one.</summary>
public enum Intent
{
    Unknown,
    Availability,
    Book,
    Price,
    Services,
    Change,
    Cancel,
    Pay,
    Human,
}

/// <summary>What was understood of a guest's message. A slot that was not said is null.</summary>
/// <param name="CheckIn">The local date of arrival.</param>
/// <param name="CheckOut">The local date of departure, after <paramref name="CheckIn"/>.</param>
/// <param name="Guests">All of them: children and babies count.</param>
/// <param name="Unit">The name as it was given, of the one unit that was meant.</param>
/// <param name="Language"><c>es</c> or <c>en</c>.</param>
/// <param name="Confidence">From 0 to 1, of the intent; below <see cref="Doubtful"/> it is better to ask again.</param>
public sealed record Understood(Intent Intent, DateOnly? CheckIn, DateOnly? CheckOut, int? Guests, string? Unit, string Language, double Confidence)
{
    /// <summary>How many nights were said, with or without a date.</summary>
    public int? Nights { get; init; }

    public const double Doubtful = 0.4;
}
