using System.Text.Json;
using Dvt.Workers.Effects;
using Polly.CircuitBreaker;
using Xunit;

namespace Dvt.Tests.Effects;

public sealed class HttpStepBreakersTests
{
    sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(56);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    static Dictionary<string, long> StatesOf(HttpStepBreakers breakers) => breakers.States().ToDictionary(
        state => string.Join(' ', state.Tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")), state => state.Value);

    static void Are(HttpStepBreakers breakers, int closed, int open, int halfOpen) => Assert.Equal(
        new Dictionary<string, long>
        {
            ["breaker=http_step state=closed"] = closed,
            ["breaker=http_step state=open"] = open,
            ["breaker=http_step state=half_open"] = halfOpen,
        }, StatesOf(breakers));

    static Task<HttpStepResult> CallAsync(HttpStepBreakers breakers, Guid tenant, bool ails, string origin = "https://a.example") => breakers.RunAsync(
        tenant, origin, TimeSpan.FromSeconds(10),
        _ => Task.FromResult(new HttpStepResult(new StepOutcome.Succeeded(JsonElement.Parse("null")), ails)), CancellationToken.None);

    [Fact]
    public async Task Breakers_are_told_by_state_however_many_tenants_and_origins_there_are()
    {
        var clock = new Clock();
        var breakers = new HttpStepBreakers(clock);
        Are(breakers, closed: 0, open: 0, halfOpen: 0);
        var (ailing, well) = (Guid.NewGuid(), Guid.NewGuid());
        await CallAsync(breakers, well, ails: false);
        await CallAsync(breakers, well, ails: false, "https://b.example");
        for (var call = 0; call < 20; call++)
            await CallAsync(breakers, ailing, ails: true);
        Are(breakers, closed: 2, open: 1, halfOpen: 0);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => CallAsync(breakers, ailing, ails: false));
        // Nobody calls, and still the next call would be let through.
        clock.Now += TimeSpan.FromSeconds(6);
        Are(breakers, closed: 2, open: 0, halfOpen: 1);
        await CallAsync(breakers, ailing, ails: true);
        Are(breakers, closed: 2, open: 1, halfOpen: 0);
        clock.Now += TimeSpan.FromSeconds(6);
        await CallAsync(breakers, ailing, ails: false);
        Are(breakers, closed: 3, open: 0, halfOpen: 0);
    }
}
