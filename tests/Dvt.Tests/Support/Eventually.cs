using Npgsql;
using Xunit;

namespace Dvt.Tests.Support;

/// <summary>Looks again until something holds or its time is over; no test sleeps.</summary>
static class Eventually
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <param name="found">Null or false when it does not hold yet.</param>
    /// <param name="tell">What is said when time is over.</param>
    public static async Task HoldsAsync(Func<Task<bool>> holds, TimeSpan within, Func<Task<string>> tell)
    {
        for (var began = TimeProvider.System.GetTimestamp(); !await QuietlyAsync(holds); await Task.Delay(Look))
            if (TimeProvider.System.GetElapsedTime(began) > within)
                Assert.Fail($"not within {within.TotalSeconds:0} s: {await tell()}");
    }

    public static Task HoldsAsync(Func<Task<bool>> holds, TimeSpan within, string what) =>
        HoldsAsync(holds, within, () => Task.FromResult(what));

    /// <summary>While a server is away nothing holds.</summary>
    static async Task<bool> QuietlyAsync(Func<Task<bool>> holds)
    {
        try
        {
            return await holds();
        }
        catch (Exception away) when (away is NpgsqlException or HttpRequestException or TimeoutException)
        {
            return false;
        }
    }
}

/// <summary>A source of chance whose seed is printed, and taken from <c>DVT_TEST_SEED</c> to have it again.</summary>
static class Seeded
{
    public static Random Start(Xunit.Abstractions.ITestOutputHelper output)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DVT_TEST_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"DVT_TEST_SEED={seed}");
        return new Random(seed);
    }
}
