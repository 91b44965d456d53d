using System.Net;
using Dvt.Tests.Support;
using Dvt.Workers;
using Xunit;

namespace Dvt.Tests.Api;

/// <summary>What outlives a login: tokens over keys that rotate, streams, and what the process says of itself.</summary>
public sealed class SessionTests
{
    static async Task<string> TokenAsync(ApiProcess api) => (await api.SendAsync(HttpMethod.Post, "/v1/auth/login",
        $$"""{"email":"admin@demo.example","apiKey":"{{ApiOnPostgres.Admin}}"}""")).Body.GetProperty("accessToken").GetString()!;

    [ServersFact]
    public async Task Signing_keys_rotate_and_tokens_of_the_old_one_live_on_at_every_process()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        var old = await TokenAsync(rig.Api);
        await ApiOnPostgres.ExecuteAsync(rig.Database, "update identity.signing_key set created_at = clock_timestamp() - interval '91 days'");
        await using var other = await rig.AnotherAsync();
        var fresh = await TokenAsync(other);
        Assert.NotEqual(Dvt.Api.Jws.KidOf(old), Dvt.Api.Jws.KidOf(fresh));
        Assert.Equal(2, (await other.SendAsync(HttpMethod.Get, "/.well-known/jwks.json")).Body.GetProperty("keys").GetArrayLength());
        foreach (var token in (string[])[old, fresh])
            foreach (var api in (ApiProcess[])[rig.Api, other])
                await Eventually.HoldsAsync(
                    async () => (await api.SendAsync(HttpMethod.Get, "/v1/me", credential: token)).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(10), "a token is refused");
        await ApiOnPostgres.ExecuteAsync(rig.Database, "update identity.signing_key set created_at = created_at - interval '90 days'");
        await using var later = await rig.AnotherAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await later.SendAsync(HttpMethod.Get, "/v1/me", credential: old)).Status);
    }

    [ServersFact]
    public async Task A_token_lives_an_hour_and_never_longer_than_its_key()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        async Task<int> LifetimeAsync(string key) => (await rig.PostAsync("/v1/auth/login", new { email = "admin@demo.example", apiKey = key }, null)).Body.GetProperty("expiresIn").GetInt32();
        Assert.Equal(3_600, await LifetimeAsync(ApiOnPostgres.Admin));
        var made = await rig.PostAsync("/v1/api-keys", new { name = "short", roles = new[] { "tenant-admin" }, expiresAt = DateTimeOffset.UtcNow.AddSeconds(90) }, ApiOnPostgres.Admin);
        Assert.InRange(await LifetimeAsync(made.Body.GetProperty("apiKey").GetString()!), 60, 90);
    }

    static async Task<StreamReader> StreamAsync(ApiOnPostgres rig, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/stream");
        request.Headers.Add("X-Api-Key", key);
        var answer = await rig.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>Reads until the stream is over; how does not matter.</summary>
    static async Task EndAsync(StreamReader stream)
    {
        try
        {
            while (await stream.ReadLineAsync() is not null)
            {
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            // An answer that ended half-way: over it is.
        }
    }

    [ServersFact]
    public async Task Streams_end_when_the_process_is_asked_to_and_hold_it_up_no_longer()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        using var stream = await StreamAsync(rig, ApiOnPostgres.Admin);
        var began = TimeProvider.System.GetTimestamp();
        await rig.Api.App.StopAsync();
        await EndAsync(stream);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 5);
    }

    [ServersFact]
    [Trait("Category", "Slow")]
    public async Task A_stream_ends_with_its_key_also_while_events_come_without_a_pause()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        var made = await rig.PostAsync("/v1/api-keys", new { name = "stream", roles = new[] { "tenant-admin" } }, ApiOnPostgres.Admin);
        using var stream = await StreamAsync(rig, made.Body.GetProperty("apiKey").GetString()!);
        await rig.Api.SendAsync(HttpMethod.Delete, $"/v1/api-keys/{made.Body.GetProperty("apiKeyId").GetString()}", credential: ApiOnPostgres.Admin);
        var ended = EndAsync(stream);
        for (var i = 0; i < 400 && !ended.IsCompleted; i++)
        {
            await rig.PostAsync("/v1/users", new { email = $"u{i}@demo.example", name = "U", roles = new[] { "viewer" } }, ApiOnPostgres.Admin);
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(60)));
        }
        Assert.True(ended.IsCompleted, "the stream goes on with a key that was revoked");
    }

    [ServersFact]
    public async Task It_is_degraded_while_jobs_are_late()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        async Task<string> JobsAsync() => (await rig.GetAsync("/readyz", credential: null)).Body.GetProperty("checks").GetProperty("jobs").GetString()!;
        Assert.Equal("unknown", await JobsAsync());
        await WorkersHost.RunAsync(["migrate", $"--Postgres:ConnectionString={rig.Postgres}", "--RabbitMq:Uri=amqp://127.0.0.1:1/"]);
        Assert.Equal("up", await JobsAsync());
        await ApiOnPostgres.ExecuteAsync(rig.Database, "update quartz.qrtz_triggers set next_fire_time = next_fire_time - 1200000000 where trigger_name = 'ArchiveRuns'");
        Assert.Equal("late", await JobsAsync());
    }
}
