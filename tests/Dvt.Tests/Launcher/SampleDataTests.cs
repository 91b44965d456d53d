using System.Text.Json;
using Dvt.Launcher;
using Dvt.Sandbox;
using Dvt.Tests.Style;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class SampleDataTests
{
    static readonly string Samples = Path.Combine(Repository.Root, "ops", "samples");

    [Fact]
    public async Task The_demo_gets_plans_units_and_a_telephone_each_under_its_own_key()
    {
        var taken = await PublishAsync(channels: () => StatusCodes.Status201Created);
        Assert.Equal(Directory.GetFiles(Samples, "*.json", SearchOption.AllDirectories).Length, taken.Count);
        Assert.Equal(["sample-cabin-forest", "sample-cabin-river", "sample-room-centre"], taken.Where(t => t.Path == "/v1/units").Select(t => t.Key));
        Assert.Equal("sample-reception", Assert.Single(taken, t => t.Path == "/v1/channels").Key);
    }

    [Fact]
    public async Task A_telephone_that_is_in_use_or_was_deleted_ends_no_start() =>
        Assert.Single(await PublishAsync(channels: () => StatusCodes.Status409Conflict), t => t.Path == "/v1/channels");

    [Fact]
    public async Task A_telephone_that_cannot_be_registered_yet_is_asked_for_again()
    {
        var asked = 0;
        await PublishAsync(channels: () => ++asked == 1 ? StatusCodes.Status401Unauthorized : StatusCodes.Status201Created);
        Assert.Equal(2, asked);
    }

    [Fact]
    public void The_telephone_is_the_sandbox_s()
    {
        var sample = JsonElement.Parse(Repository.File("ops/samples/channels/reception.json").Text);
        Assert.Equal(new WhatsAppSettings(new ConfigurationBuilder().Build()).Current.PhoneNumberId, sample.GetProperty("phoneNumberId").GetString());
    }

    static async Task<List<(string Path, string? Key)>> PublishAsync(Func<int> channels)
    {
        var taken = new List<(string, string?)>();
        IResult Take(HttpContext http, int status)
        {
            if (status != StatusCodes.Status401Unauthorized)
                taken.Add((http.Request.Path, http.Request.Headers["Idempotency-Key"]));
            return Results.StatusCode(status);
        }
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var url = $"http://127.0.0.1:{FreePort.Any()}";
        builder.WebHost.UseUrls(url);
        await using var app = builder.Build();
        app.MapPost("/v1/plans", (HttpContext http) => Take(http, StatusCodes.Status201Created));
        app.MapPost("/v1/units", (HttpContext http) => Take(http, StatusCodes.Status201Created));
        app.MapPost("/v1/channels", (HttpContext http) => Take(http, channels()));
        await app.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await SampleData.PublishAsync(url, "key", Samples, patience.Token);
        return taken;
    }
}
