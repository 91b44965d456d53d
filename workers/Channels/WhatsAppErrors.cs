using System.Collections.Frozen;

namespace Dvt.Workers.Channels;

/// <summary>What to do about an error of the Cloud API. protocols.md §4.5.</summary>
enum ErrorClass
{
    /// <summary>It was refused and will be taken later.</summary>
    Retry,

    /// <summary>Nothing will be taken until somebody sets something right.</summary>
    Configuration,

    /// <summary>This message will never be taken.</summary>
    Permanent,
}

static class WhatsAppErrors
{
    /// <summary>Re-engagement: more than 24 hours since the guest wrote.</summary>
    public const int WindowClosed = 131047;

    static readonly FrozenSet<int> Passing = new[] { 1, 2, 4, 80007, 130429, 131016, 131056, 131000, 133016 }.ToFrozenSet();

    static readonly FrozenSet<int> OfConfiguration = new[] { 0, 3, 10, 190, 33, 131005, 131031, 368, 131042, 131045 }.ToFrozenSet();

    /// <summary>A code of each class.</summary>
    public static readonly IReadOnlyList<int> OneOfEach = [131000, 190, WindowClosed];

    public static ErrorClass Of(int code) => Passing.Contains(code) ? ErrorClass.Retry
        : OfConfiguration.Contains(code) || code is >= 200 and < 300 ? ErrorClass.Configuration
        : ErrorClass.Permanent;
}
