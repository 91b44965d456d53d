using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What runs in the installation, of all tenants and telling of none.</summary>
static class Installations
{
    const string Example =
        """
        {"at":"2026-02-01T08:30:11.120311Z",
        "processes":[{"processId":"5b1f6f6e-4c1d-4b7e-9d44-0a5d4f1c2b3a","name":"workers-4711","role":"workers","parts":["runs","bookings","jobs"],"state":"up","startedAt":"2026-02-01T06:00:00Z","seenAt":"2026-02-01T08:30:10Z","slots":16}],
        "slots":[{"domain":"runs","slot":3,"queue":"dvt.runs.3","state":"held","process":"workers-4711","processId":"5b1f6f6e-4c1d-4b7e-9d44-0a5d4f1c2b3a","epoch":4,"leaseUntil":"2026-02-01T08:30:13Z"}],
        "queues":[{"name":"dvt.runs.3","messages":12,"consumers":1,"parked":0,"deadLetters":1,"seenAt":"2026-02-01T08:30:08Z"}],
        "jobs":[{"name":"FireSchedules","everySeconds":1,"state":"waiting","nextAt":"2026-02-01T08:30:12Z","previousAt":"2026-02-01T08:30:11Z","lastRun":{"outcome":"done","endedAt":"2026-02-01T08:30:11.01Z","seconds":0.01}}]}
        """;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/system", Permission.ReadSystem, Show, "What runs: processes, slots, queues, standing jobs") with
        {
            Answer = "Installation", AnswerExample = Example,
            Description = "A process tells every few seconds that it lives; one that ended by itself is gone from the list, one that died is `silent` and leaves it minutes later. "
                + "Queues are as a worker saw them last, and stay so while none can reach the broker.",
        },
    ];

    static async Task Show(Call call)
    {
        call.CheckQueryNames();
        await call.JsonAsync(await call.Backend.Installation.FindAsync(call.Stop));
    }
}
