using System.Collections.Concurrent;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Dvt.Tests.Support;

/// <summary>Sends commands exactly as the API does, without it, and remembers which were accepted.</summary>
sealed class Orders : IAsyncDisposable
{
    readonly DvtSystem system;
    readonly NpgsqlDataSource database;
    readonly RabbitMq broker;
    readonly Publisher publisher;
    readonly Mailbox mailbox;
    readonly CommandSender sender;
    readonly ConcurrentDictionary<Guid, byte> accepted = new();
    readonly ConcurrentBag<Envelope> saved = [];

    public Orders(DvtSystem system)
    {
        this.system = system;
        database = Postgres.Open(new PostgresOptions { ConnectionString = system.Options.ConnectionString, MaxPoolSize = 16 }, Postgres.ApiRole);
        broker = new RabbitMq(new RabbitMqOptions { Uri = system.RabbitMqUri }, "test", NullLogger<RabbitMq>.Instance);
        publisher = new Publisher(broker, NullLogger<Publisher>.Instance);
        mailbox = new Mailbox(database, broker, publisher, NullLogger<Mailbox>.Instance);
        sender = new CommandSender(publisher, mailbox);
        broker.Lost += mailbox.BeCareful;
    }

    /// <summary>Ids of commands that a client would have been told are accepted.</summary>
    public IReadOnlyCollection<Guid> Accepted => [.. accepted.Keys];

    public RabbitMq Broker => broker;

    public Publisher Publisher => publisher;

    /// <summary>Counts a command that something else accepted, such as the API.</summary>
    public void NoteAccepted(Guid id) => accepted[id] = 0;

    /// <summary>Leaves out those that the test itself has destroyed.</summary>
    public void Forget(Predicate<Guid> destroyed)
    {
        foreach (var id in accepted.Keys.Where(id => destroyed(id)))
            accepted.TryRemove(id, out _);
    }

    public static Envelope Envelope<T>(Guid tenant, T command, string key, Resource? resource, string type = "") => new(
        Guid.CreateVersion7(), type.Length > 0 ? type : typeof(T).Name, tenant, key, "user:test", DateTimeOffset.UtcNow, ContractsJson.Element(command),
        Resource: resource);

    public static Envelope Start(Guid tenant, string runId, string planId, object? input = null) => Envelope(
        tenant, new StartRun(runId, planId, null, null, ContractsJson.Element(input ?? new { }), new RunContext()), runId, new Resource("run", runId));

    public static Envelope External(Guid tenant, string runId, int number, string name = "go") => Envelope(
        tenant, new SendExternalSignal(runId, $"s{number}", name, ContractsJson.Element(new { n = number })), runId, new Resource("run", runId));

    public static Envelope Signal(Guid tenant, string runId, string type) => Envelope(
        tenant, new SignalRun(runId, $"{type}-{Guid.NewGuid():n}", type, "test", null, [Roles.TenantAdmin]), runId, new Resource("run", runId));

    public static string QueueOf(Envelope envelope) => Slot.Queue(Slot.Of(Domain.Runs, envelope.TenantId, envelope.Key));

    /// <summary>Accepted when this returns; throws <see cref="NotAcceptedException"/> when nobody took it.</summary>
    public async Task SendAsync(Envelope envelope)
    {
        await sender.SendAsync(Domain.Runs, envelope, CancellationToken.None);
        accepted[envelope.Id] = 0;
    }

    /// <summary>To the bookings domain.</summary>
    public async Task SendBookingAsync(Envelope envelope)
    {
        await sender.SendAsync(Domain.Bookings, envelope, CancellationToken.None);
        if (envelope.Resource is not null)
            accepted[envelope.Id] = 0;
    }

    /// <summary>A message of our own to the bookings domain, which nobody is told the outcome of.</summary>
    public Task SendOursAsync<T>(Guid tenant, T command, string key) => SendBookingAsync(Envelope(tenant, command, key, resource: null));

    /// <summary>All of them, so many at a time, each confirmed by itself.</summary>
    public Task SendAllAsync(IEnumerable<Envelope> envelopes, int atOnce = 64) =>
        Parallel.ForEachAsync(envelopes, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (envelope, _) => await SendAsync(envelope));

    /// <summary>Straight to the queue, for what no client could do: repetitions, disorder.</summary>
    public async Task PublishAsync(params IReadOnlyCollection<Envelope> envelopes)
    {
        await publisher.PublishAsync([.. envelopes.Select(e => (QueueOf(e), e))], CancellationToken.None);
        foreach (var envelope in envelopes.Where(e => e.Resource is not null))
            accepted[envelope.Id] = 0;
    }

    /// <summary>A tenant whose http steps may call the sandbox.</summary>
    public async Task<Guid> TenantAsync(params string[] httpAllow)
    {
        var tenant = Guid.CreateVersion7();
        await system.ExecuteAsync(
            """
            insert into identity.tenant (tenant_id, slug, name, settings)
            values ($1, $2, 'test', jsonb_build_object('httpAllow', $3::text[]))
            """, tenant, $"t{tenant:n}", httpAllow);
        return tenant;
    }

    /// <summary>Publishes the first plans of a tenant and waits until runs of them can start.</summary>
    public Task PublishPlansAsync(Guid tenant, params string[] documents) => PublishPlansAsync(tenant, before: 0, documents);

    /// <param name="before">Versions that the tenant has published already.</param>
    public async Task PublishPlansAsync(Guid tenant, int before, params string[] documents)
    {
        foreach (var text in documents)
        {
            var document = JsonElement.Parse(text);
            var check = Plan.Check(document, DomainKinds.All);
            Assert.True(check.Valid, JsonSerializer.Serialize(check.Faults));
            var plan = check.Plan!;
            var save = Envelope(tenant,
                new SavePlan(plan.PlanId, plan.Version, document, plan.Digest, Publish: true, ExpectedRevision: null, Replace: false),
                plan.PlanId, new Resource("plan", $"{plan.PlanId}/{plan.Version}"));
            await SendAsync(save);
            saved.Add(save);
        }
        await Eventually.HoldsAsync(
            async () => await system.ReadAsync<long>("select count(*) from runs.plan where tenant_id = $1 and state = 'published'", tenant) == before + documents.Length,
            TimeSpan.FromSeconds(60), "the plans were not published");
    }

    /// <summary>The very messages that published the plans, delivered once more.</summary>
    public Task PublishPlansAgainAsync() => PublishAsync([.. saved]);

    public Task<long> CompletedAsync(Guid tenant) =>
        system.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and type = 'RunCompleted'", tenant);

    /// <summary>Waits until so many runs of the tenant have completed.</summary>
    public Task AllCompleteAsync(Guid tenant, int runs, TimeSpan within) => Eventually.HoldsAsync(
        async () => await CompletedAsync(tenant) == runs, within, async () =>
            $"{await CompletedAsync(tenant)} of {runs} runs completed; stuck: " + string.Join(", ", await system.RowsAsync(
                "select run_id, plan_id, seq, owes, coalesce(timer_due::text, '-') from runs.run where tenant_id = $1 and not terminal limit 5", tenant))
            + "; ended otherwise: " + string.Join(", ", await system.RowsAsync(
                "select stream, type, data from log.events where tenant_id = $1 and type in ('RunFailed', 'RunCancelled') limit 5", tenant)));

    public async ValueTask DisposeAsync()
    {
        await publisher.DisposeAsync();
        await broker.DisposeAsync();
        await database.DisposeAsync();
        mailbox.Dispose();
    }
}
