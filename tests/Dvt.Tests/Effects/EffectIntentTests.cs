using Dvt.Contracts;
using Dvt.Workers.Effects;
using Xunit;

namespace Dvt.Tests.Effects;

public sealed class EffectIntentTests(EffectsDatabase database) : IClassFixture<EffectsDatabase>
{
    readonly Guid tenant = Guid.CreateVersion7();

    static readonly StepError Busy = new("BUSY", "busy", Retryable: true, "SYSTEM");

    Task PlantAsync(string key, string status, string leasedUntil, string? outcome = null) => database.RunAsync(
        $"insert into pipeline.effect (tenant_id, key, kind, status, owner, leased_until, outcome, closed_at) values ($1, $2, 'fake', '{status}', 'other', {leasedUntil}, $3::jsonb, case when '{status}' = 'closed' then now() end)",
        tenant, key, (object?)outcome ?? DBNull.Value);

    [EffectsFact]
    public async Task A_new_intent_is_called_recorded_published_and_acked()
    {
        var kind = new FakeKind();
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("new"));
        var (envelope, close) = await rig.ClosedAsync();
        Assert.Equal(NamedId.OfAnswer((await rig.AckedAsync()).Envelope.Id), envelope.Id);
        Assert.Equal(("CloseStep", "new", "system", "case-1"), (envelope.Type, envelope.Key, envelope.Actor, envelope.CorrelationId));
        Assert.True(close.Result!.Value.GetProperty("ok").GetBoolean());
        Assert.Null(close.Error);
        Assert.Equal("closed", await database.ReadAsync<string>("select status from pipeline.effect where tenant_id = $1 and key = 'new:step:1'", tenant));
    }

    [EffectsFact]
    public async Task Duplicates_share_one_call_and_are_all_acked()
    {
        var open = new TaskCompletionSource();
        var kind = new FakeKind { Gate = open.Task };
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("twin"));
        await kind.Began.Reader.ReadAsync();
        rig.Send(tenant, EffectRig.Step("twin"), redelivered: true);
        rig.Send(tenant, EffectRig.Step("other"));
        await kind.Began.Reader.ReadAsync();
        open.SetResult();
        for (var i = 0; i < 3; i++)
            await rig.AckedAsync();
        Assert.Equal(2, kind.Keys.Count);
    }

    [EffectsFact]
    public async Task What_a_live_other_has_leased_is_dropped()
    {
        await PlantAsync("leased:step:1", "intended", "now() + interval '1 hour'");
        var kind = new FakeKind();
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("leased"));
        await rig.AckedAsync();
        Assert.Empty(kind.Keys);
        Assert.False(rig.HasPublished);
    }

    [EffectsFact]
    public async Task A_redelivered_message_waits_until_the_lease_of_its_former_owner_lapses()
    {
        await PlantAsync("held:step:1", "intended", "now() + interval '700 milliseconds'");
        var kind = new FakeKind();
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("held"), redelivered: true);
        var (_, close) = await rig.ClosedAsync();
        Assert.Null(close.Error);
        Assert.Single(kind.Keys);
    }

    [EffectsFact]
    public async Task A_lapsed_lease_is_taken_over_with_the_same_key()
    {
        await PlantAsync("lapsed:step:1", "intended", "now() - interval '1 second'");
        var kind = new FakeKind();
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("lapsed"));
        Assert.Null((await rig.ClosedAsync()).Close.Error);
        Assert.Equal(NamedId.Of("effect", tenant.ToString(), "lapsed:step:1").ToString(), Assert.Single(kind.Keys));
        Assert.Equal(2, await database.ReadAsync<int>("select calls from pipeline.effect where tenant_id = $1 and key = 'lapsed:step:1'", tenant));
    }

    [EffectsFact]
    public async Task A_lapsed_lease_of_a_step_that_cannot_be_repeated_stays_unknown()
    {
        await PlantAsync("never:step:1", "intended", "now() - interval '1 second'");
        var kind = new FakeKind(Repetition.Never);
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("never"));
        var error = (await rig.ClosedAsync()).Close.Error!;
        Assert.Equal(("OUTCOME_UNKNOWN", false, "PLATFORM"), (error.Code, error.Retryable, error.Category));
        Assert.Empty(kind.Keys);
    }

    [EffectsFact]
    public async Task A_closed_effect_gives_its_recorded_outcome_again()
    {
        await PlantAsync("closed:step:1", "closed", "now()", """{"result":{"first":1}}""");
        var kind = new FakeKind();
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("closed"));
        var (_, close) = await rig.ClosedAsync();
        await rig.AckedAsync();
        Assert.Equal(1, close.Result!.Value.GetProperty("first").GetInt32());
        Assert.Empty(kind.Keys);
    }

    [EffectsFact]
    public async Task The_first_recorded_outcome_wins()
    {
        var open = new TaskCompletionSource();
        var kind = new FakeKind { Gate = open.Task };
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("race"));
        await kind.Began.Reader.ReadAsync();
        await database.RunAsync("""update pipeline.effect set status = 'closed', outcome = '{"result":"theirs"}', closed_at = now() where tenant_id = $1 and key = 'race:step:1'""", tenant);
        open.SetResult();
        Assert.Equal("theirs", (await rig.ClosedAsync()).Close.Result!.Value.GetString());
    }

    [EffectsFact]
    public async Task An_unknown_outcome_is_asked_again_and_a_retryable_refusal_does_not_settle_it()
    {
        var kind = new FakeKind();
        kind.Answer(new StepOutcome.Unknown("lost"), new StepOutcome.Failed(Busy));
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("unknown"));
        Assert.Null((await rig.ClosedAsync()).Close.Error);
        Assert.Equal(3, kind.Keys.Count);
        Assert.Single(kind.Keys.Distinct());
    }

    [EffectsFact]
    public async Task An_unknown_outcome_of_a_step_that_cannot_be_repeated_is_not_called_again()
    {
        var kind = new FakeKind(Repetition.Never);
        kind.Answer(new StepOutcome.Unknown("lost"));
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("once"));
        Assert.Equal("OUTCOME_UNKNOWN", (await rig.ClosedAsync()).Close.Error!.Code);
        Assert.Single(kind.Keys);
    }

    [EffectsFact]
    public async Task The_deadline_ends_a_call_that_hangs()
    {
        var kind = new FakeKind { Gate = new TaskCompletionSource().Task };
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("hangs", left: TimeSpan.FromMilliseconds(300)));
        Assert.Equal("OUTCOME_UNKNOWN", (await rig.ClosedAsync()).Close.Error!.Code);
        rig.Send(tenant, EffectRig.Step("late", left: TimeSpan.FromSeconds(-5)));
        var late = (await rig.ClosedAsync()).Close.Error!;
        Assert.Equal(("STEP_TIMEOUT", true), (late.Code, late.Retryable));
    }

    [EffectsFact]
    public async Task A_broker_that_is_away_delays_the_answer_and_fails_nothing()
    {
        await using var rig = new EffectRig(database, new FakeKind()) { BrokerFaults = 2 };
        rig.Send(tenant, EffectRig.Step("away"));
        var (envelope, close) = await rig.ClosedAsync();
        Assert.Null(close.Error);
        // A try that failed may have come as far as the slot.
        Assert.True(envelope.Repeated);
        await rig.AckedAsync();
    }

    [EffectsFact]
    public async Task A_result_that_cannot_be_stored_fails_its_own_step_only()
    {
        var open = new TaskCompletionSource();
        var kind = new FakeKind { Gate = open.Task };
        kind.Answer(new StepOutcome.Succeeded(ContractsJson.Element("a\0b")));
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("nul"));
        await kind.Began.Reader.ReadAsync();
        rig.Send(tenant, EffectRig.Step("fine"));
        await kind.Began.Reader.ReadAsync();
        open.SetResult();
        var codes = new[] { (await rig.ClosedAsync()).Close, (await rig.ClosedAsync()).Close };
        Assert.Single(codes, c => c.Error?.Code == "RESULT_NOT_STORABLE");
        Assert.Single(codes, c => c.Error is null);
    }

    [EffectsFact]
    public async Task A_process_that_ends_finishes_what_it_called_and_gives_the_rest_back()
    {
        var open = new TaskCompletionSource();
        var kind = new FakeKind { Concurrency = 1, Gate = open.Task };
        var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("called"));
        await kind.Began.Reader.ReadAsync();
        rig.Send(tenant, EffectRig.Step("queued"));
        var leaving = rig.LeaveAsync();
        open.SetResult();
        await leaving;
        Assert.Equal("called", (await rig.ClosedAsync()).Close.RunId);
        Assert.False(rig.HasPublished);
        Assert.Equal(0, await database.ReadAsync<long>("select count(*) from pipeline.effect where tenant_id = $1 and status = 'intended'", tenant));
        await rig.DisposeAsync();
    }

    [EffectsFact]
    public async Task Closed_effects_are_forgotten_after_a_day()
    {
        await PlantAsync("old:step:1", "closed", "now()", "{}");
        await PlantAsync("young:step:1", "closed", "now()", "{}");
        await database.RunAsync("update pipeline.effect set closed_at = now() - interval '25 hours' where tenant_id = $1 and key = 'old:step:1'", tenant);
        Assert.Equal(1, await EffectCleanup.RunAsync(database.Worker, CancellationToken.None));
        Assert.Equal("young:step:1", await database.ReadAsync<string>("select key from pipeline.effect where tenant_id = $1", tenant));
    }

    [EffectsFact]
    public async Task A_claim_whose_answer_was_lost_is_the_same_claim_when_it_is_asked_again()
    {
        var mine = new EffectTable(database.Worker, "mine");
        var ids = new[] { "new", "shut" }.Select(k => new EffectId(tenant, k)).ToList();
        await mine.ClaimAsync("fake", ids, CancellationToken.None);
        await mine.CloseAsync([(ids[1], "{}"u8.ToArray())], CancellationToken.None);
        var again = await mine.ClaimAsync("fake", ids, CancellationToken.None);
        Assert.Equal((1, 0), (again[ids[0]].Calls, again[ids[1]].Calls));
        Assert.NotNull(again[ids[1]].Outcome);
        Assert.Equal(0, (await new EffectTable(database.Worker, "other").ClaimAsync("fake", ids, CancellationToken.None))[ids[0]].Calls);
    }

    [EffectsFact]
    public async Task Only_the_owner_renews_its_lease_and_only_while_the_effect_is_open()
    {
        var mine = new EffectTable(database.Worker, "mine");
        var ids = new[] { "open", "shut", "theirs" }.Select(k => new EffectId(tenant, k)).ToList();
        await mine.ClaimAsync("fake", ids, CancellationToken.None);
        await mine.CloseAsync([(ids[1], "{}"u8.ToArray())], CancellationToken.None);
        await database.RunAsync("update pipeline.effect set leased_until = now() - interval '1 hour' where tenant_id = $1", tenant);
        Assert.Equal(2, (await new EffectTable(database.Worker, "other").ClaimAsync("fake", [ids[2]], CancellationToken.None))[ids[2]].Calls);
        await database.RunAsync("update pipeline.effect set leased_until = now() where tenant_id = $1 and key = 'theirs'", tenant);
        await mine.RenewAsync(ids, CancellationToken.None);
        Assert.Equal("open", await database.ReadAsync<string>(
            "select string_agg(key, ',') from pipeline.effect where tenant_id = $1 and leased_until > now() + interval '20 seconds'", tenant));
    }

    [EffectsFact]
    public async Task Bookkeeping_keeps_the_places_for_calls_busy()
    {
        const int Steps = 2_000, AtOnce = 64, Milliseconds = 20;
        var kind = new FakeKind { Concurrency = AtOnce, Takes = TimeSpan.FromMilliseconds(Milliseconds) };
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, EffectRig.Step("warm"));
        await rig.AckedAsync();
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < Steps; i++)
            rig.Send(tenant, EffectRig.Step($"busy-{i}"));
        for (var i = 0; i < Steps; i++)
            await rig.AckedAsync();
        var least = TimeSpan.FromMilliseconds((double)Steps / AtOnce * Milliseconds);
        // A wide margin, since other tests run beside; the bench holds the real one.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), least, least * 5);
    }

    [Fact]
    public async Task An_echo_comes_back_without_an_intent()
    {
        var published = new List<CloseStep>();
        var worker = new InstantWorker(new EchoStep(), (messages, _) =>
        {
            published.AddRange(messages.Select(m => ContractsJson.Read<CloseStep>(m.Envelope.Body)));
            return Task.CompletedTask;
        }, Microsoft.Extensions.Logging.Abstractions.NullLogger<InstantWorker>.Instance);
        var work = System.Threading.Channels.Channel.CreateUnbounded<Dvt.Pipeline.Delivery>();
        for (var i = 0; i < 3; i++)
            work.Writer.TryWrite(EffectRig.Delivery(tenant, EffectRig.Step($"echo-{i}", new { i }, "echo"), redelivered: false, tag: 1));
        work.Writer.Complete();
        var acked = 0;
        await worker.RunAsync(work.Reader, done => { acked += done.Count; return Task.CompletedTask; }, CancellationToken.None);
        Assert.Equal([0, 1, 2], published.Select(c => c.Result!.Value.GetProperty("i").GetInt32()));
        Assert.Equal(3, acked);
    }

    async Task GiveUpAsync(params CallStep[] calls)
    {
        await using var batch = database.Worker.CreateBatch();
        EffectTable.AddGivenUp(batch, [.. calls.Select(c => (tenant, c))]);
        await batch.ExecuteNonQueryAsync();
    }

    [EffectsFact]
    public async Task A_call_that_is_given_up_before_a_worker_takes_it_is_never_made()
    {
        var step = EffectRig.Step("unwanted");
        await GiveUpAsync(step);
        var kind = new FakeKind();
        await using var rig = new EffectRig(database, kind);
        rig.Send(tenant, step);
        Assert.Equal("STEP_CANCELLED", (await rig.ClosedAsync()).Close.Error!.Code);
        await rig.AckedAsync();
        Assert.Empty(kind.Keys);
    }

    [EffectsFact]
    public async Task A_call_that_is_given_up_in_flight_is_ended_where_it_could_be_repeated_and_comes_to_its_end_where_not()
    {
        var open = new TaskCompletionSource();
        var (repeatable, single) = (new FakeKind { Gate = open.Task }, new FakeKind(Repetition.Never) { Gate = open.Task });
        await using var first = new EffectRig(database, repeatable);
        await using var second = new EffectRig(database, single);
        var (one, other) = (EffectRig.Step("given-up"), EffectRig.Step("let-go"));
        first.Send(tenant, one);
        second.Send(tenant, other);
        await repeatable.Began.Reader.ReadAsync();
        await single.Began.Reader.ReadAsync();
        await GiveUpAsync(one, other);
        Assert.Equal("OUTCOME_UNKNOWN", (await first.ClosedAsync()).Close.Error!.Code);
        Assert.Single(repeatable.Keys);
        Assert.False(second.HasPublished);
        open.SetResult();
        Assert.Null((await second.ClosedAsync()).Close.Error);
    }
}
