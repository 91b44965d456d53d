using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>The engines that carry out runs here, and what each can do.</summary>
static class Adapters
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/adapters", Permission.ReadPlans, List, "The engines there are: what plans may require of each, and how it is") with
        {
            Answer = "AdapterList",
            Description = "`native` carries out runs; `simulated` answers `POST /v1/plans/simulate`.",
            AnswerExample = """{"items":[{"name":"native","capabilities":["retry","timer"],"health":"healthy"}]}""",
        },
    ];

    static async Task List(Call call)
    {
        var items = new List<object>();
        foreach (var adapter in call.Backend.Adapters)
        {
            var health = await adapter.HealthAsync(call.Stop);
            items.Add(new
            {
                adapter.Name,
                capabilities = adapter.Capabilities.Order(StringComparer.Ordinal),
                health = health.IsHealthy ? "healthy" : "degraded",
                health.Detail,
            });
        }
        await call.JsonAsync(new { items });
    }
}
