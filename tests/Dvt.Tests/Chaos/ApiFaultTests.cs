using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

public sealed class ApiFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    [ServersFact]
    [Trait("Category", "Slow")]
    public Task An_API_killed_while_clients_post_with_keys_and_retry_makes_each_run_once() => RunAsync(["sandbox", "workers", "readmodels", "api"], async (system, random) =>
    {
        var client = await ApiClient.TenantAsync(system);
        await client.PublishAsync(TestPlans.Inline);
        const int Clients = 24, Posts = 8;
        var killing = Task.Run(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Delay(random.Next(300, 900));
                await DvtSystem.ReplaceAsync(system.Api);
                await system.Api.ReadyAsync();
            }
        });
        var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async c =>
        {
            var ids = new List<string>();
            for (var i = 0; i < Posts || !killing.IsCompleted; i++)
                ids.Add(await PostUntilAcceptedAsync(client, $"key-{c}-{i}"));
            return ids;
        }));
        await killing;
        var runs = answers.SelectMany(a => a).ToList();
        Assert.Equal(runs.Count, runs.Distinct().Count());
        await system.Orders.AllCompleteAsync(client.TenantId, runs.Count, Seconds(90));
        // Repeated once more, each key still names its run.
        Assert.Equal(answers[0][0], await PostUntilAcceptedAsync(client, "key-0-0"));
    });

    /// <summary>As a client does that hears nothing: the same again, until there is an answer.</summary>
    static async Task<string> PostUntilAcceptedAsync(ApiClient client, string key)
    {
        string? run = null;
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                var answer = await client.SendAsync(HttpMethod.Post, "/v1/runs", """{"planRef":{"planId":"inline"}}""", key: key);
                if (answer.Status is HttpStatusCode.ServiceUnavailable)
                    return false;
                Assert.Equal(HttpStatusCode.Accepted, answer.Status);
                run = answer.Json.GetProperty("resource").GetProperty("id").GetString();
                client.System.Orders.NoteAccepted(answer.Json.GetProperty("commandId").GetGuid());
                return true;
            }
            catch (Exception lost) when (lost is HttpRequestException or TaskCanceledException)
            {
                return false;
            }
        }, Seconds(60), "the post was never accepted");
        return run!;
    }

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_projector_killed_under_load_leaves_views_that_equal_a_rebuild() => RunAsync(["sandbox", "workers", "readmodels"], async (system, random) =>
    {
        var tenant = await MixedPlansAsync(system);
        var sending = system.Orders.SendAllAsync(MixedRuns(tenant, 0, 400), atOnce: 16);
        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(random.Next(300, 1_500));
            await DvtSystem.ReplaceAsync(system.ReadModels);
        }
        await sending;
        await system.Orders.AllCompleteAsync(tenant, runs: 400, Seconds(120));
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task The_API_answers_202_without_the_broker_and_503_only_without_both() => RunAsync(["workers", "readmodels", "api"], async (system, _) =>
    {
        var client = await ApiClient.TenantAsync(system);
        await client.PublishAsync(TestPlans.Inline);
        Servers.RabbitMq.Kill();
        try
        {
            await Servers.RabbitMq.Exited;
            for (var i = 0; i < 20; i++)
                client.Note(await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", """{"planRef":{"planId":"inline"}}""", key: $"parked-{i}"));
            Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(HttpMethod.Get, "/readyz")).Status);
            Servers.Postgres.Kill();
            try
            {
                await Servers.Postgres.Exited;
                var (status, problem, headers) = await client.SendAsync(HttpMethod.Post, "/v1/runs", """{"planRef":{"planId":"inline"}}""", key: "nobody");
                Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
                Assert.NotNull(headers.RetryAfter);
                Assert.Equal(503, problem.GetProperty("status").GetInt32());
            }
            finally
            {
                await Servers.Postgres.RestartAsync();
            }
        }
        finally
        {
            await Servers.RabbitMq.RestartAsync();
        }
        await system.Orders.AllCompleteAsync(client.TenantId, runs: 20, Seconds(60));
    });
}
