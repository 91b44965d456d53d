using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Dvt.Tests.ReadModels.Histories;

namespace Dvt.Tests.ReadModels;

/// <summary>Rows are changed behind everybody's back, in each place where there are some; the verification names them.</summary>
public sealed class AuditVerificationTests(ReadModelsDatabase database) : IClassFixture<ReadModelsDatabase>
{
    readonly Guid tenant = Guid.NewGuid();
    readonly Guid neighbour = Guid.NewGuid();
    readonly Guid command = Guid.NewGuid();
    readonly CancellationToken stop = CancellationToken.None;

    Sealer Sealer => new(database.Projector, NullLogger<Sealer>.Instance);

    async Task<AuditVerdict> VerifyAsync(string? head = null) => (await new AuditVerification(database.Api).VerifyAsync(tenant, head, stop)).Value;

    async Task SealAsync()
    {
        await database.ProjectAsync();
        while (await Sealer.StepAsync(stop) > 0)
        {
            // More to seal.
        }
    }

    /// <summary>A whole run in one entry.</summary>
    static IEnumerable<NewEvent> Together(Guid tenantId, string runId, IEnumerable<IEvent> events, Guid? commandId) =>
        OfRun(tenantId, runId, events, commandId).Select(e => e with { OccurredAt = Noon });

    /// <summary>A run, a refusal, a command that was refused; the same of a neighbour around them.</summary>
    async Task FillAsync()
    {
        await database.AppendAsync(Together(neighbour, "n1", Whole(), Guid.NewGuid()));
        await database.AppendAsync(
        [
            .. Together(tenant, "r1", Whole(), command),
            .. Stream(tenant, Domain.Identity, $"access-{Guid.NewGuid()}", "access", [new AccessRefused("POST /v1/runs", "forbidden", null, "10.0.0.1")]),
            .. Stream(tenant, Domain.Runs, $"command-{Guid.NewGuid()}", "r2", [new CommandRefused("StartRun", "PLAN_NOT_FOUND", "no such plan", new Resource("run", "r2"))], Guid.NewGuid()),
        ]);
        await SealAsync();
        await database.AppendAsync(Together(tenant, "r3", Whole(), Guid.NewGuid()));
        await database.AppendAsync(Together(neighbour, "n2", Whole(), Guid.NewGuid()));
        await SealAsync();
    }

    /// <summary>As somebody who may do anything to the database.</summary>
    Task TamperAsync(string sql) => database.ExecuteAsync(
        $"""
        begin;
        alter table log.entry disable trigger all;
        alter table log.archive disable trigger all;
        alter table log.seal disable trigger all;
        {sql};
        alter table log.entry enable trigger all;
        alter table log.archive enable trigger all;
        alter table log.seal enable trigger all;
        commit
        """);

    Task<int> SlotAsync(string stream) => database.ScalarAsync<int>($"select slot from log.entry where tenant_id = '{tenant}' and stream like '{stream}'");

    Task<long> OffsetAsync(string stream) => database.ScalarAsync<long>($"""select "offset" from log.entry where tenant_id = '{tenant}' and stream like '{stream}'""");

    static void Names(AuditVerdict verdict, string where, string code, int? slot = null, long? offset = null, long? seal = null, Guid? id = null)
    {
        Assert.False(verdict.Ok);
        var fault = verdict.FirstFault!;
        Assert.Equal((where, code), (fault.Where, fault.Code));
        Assert.Equal((slot ?? fault.Slot, offset ?? fault.Offset, seal ?? fault.Seal, id ?? fault.Id), (fault.Slot, fault.Offset, fault.Seal, fault.Id));
    }

    [PostgresFact]
    public async Task What_nobody_touched_verifies_and_its_head_stays_in_the_chain()
    {
        Assert.Equal((true, 0L, null, null), await VerifyAsync() is var none ? (none.Ok, none.Entries, none.Head, none.From) : default);
        await FillAsync();
        var first = await VerifyAsync();
        Assert.Null(first.FirstFault);
        Assert.Equal((true, 4L, 2L), (first.Ok, first.Entries, first.Seals));
        Assert.True(first.From <= first.To);
        Assert.Equal(first.Head, await new AuditVerification(database.Api).HeadAsync(tenant, stop));
        await database.AppendAsync(Together(tenant, "r4", Whole(), Guid.NewGuid()));
        // Sealed before the views have it, and known to nobody but the log before it is sealed.
        Assert.True((await VerifyAsync()).Ok);
        await Sealer.StepAsync(stop);
        Assert.True((await VerifyAsync(first.Head)).Ok);
        await SealAsync();
        var second = await VerifyAsync(first.Head);
        Assert.True(second.Ok && second.Head != first.Head && second.Entries == 5);
        Names(await VerifyAsync(new string('0', 64)), "seal", "unknown_head");
        Assert.Equal(0, await Sealer.StepAsync(stop));
    }

    [PostgresFact]
    public async Task A_changed_entry_of_the_log_is_named()
    {
        await FillAsync();
        await TamperAsync($"update log.entry set actor = 'user:bob' where tenant_id = '{tenant}' and stream = 'run-r1'");
        Names(await VerifyAsync(), "log", "changed", await SlotAsync("run-r1"), await OffsetAsync("run-r1"), seal: 1);
    }

    [PostgresFact]
    public async Task A_changed_payload_is_named_also_when_the_audit_does_not_show_it()
    {
        await FillAsync();
        await TamperAsync($"update log.entry set events = replace(events, '\"unit\":7', '\"unit\":8') where tenant_id = '{tenant}' and stream = 'run-r3'");
        Names(await VerifyAsync(), "log", "changed", await SlotAsync("run-r3"), await OffsetAsync("run-r3"), seal: 2);
        await TamperAsync($$"""update log.entry set events = '{}' where tenant_id = '{{tenant}}' and stream = 'run-r3'""");
        Names(await VerifyAsync(), "log", "changed", await SlotAsync("run-r3"), await OffsetAsync("run-r3"), seal: 2);
    }

    [PostgresFact]
    public async Task A_removed_entry_of_the_log_is_named_also_when_the_audit_is_cleaned_with_it()
    {
        await FillAsync();
        var (slot, offset) = (await SlotAsync("access-%"), await OffsetAsync("access-%"));
        await TamperAsync($"delete from log.entry where tenant_id = '{tenant}' and stream like 'access-%'; delete from read.audit where tenant_id = '{tenant}'");
        Names(await VerifyAsync(), "log", "removed", slot, offset, seal: 1);
    }

    [PostgresFact]
    public async Task An_inserted_entry_of_the_log_is_named_wherever_it_hides()
    {
        await FillAsync();
        const string columns = "slot, count, \"offset\", first_seq, occurred_at, recorded_at, tenant_id, stream_id, command_id, stream, actor, correlation_id, events";
        var (slot, offset) = (await SlotAsync("run-r1"), await OffsetAsync("run-r1"));
        // Within the place of an entry of nine events there is room for the key of another.
        await TamperAsync($"""insert into log.entry ({columns}) select {columns.Replace("count", "1").Replace("\"offset\"", "\"offset\" - 1").Replace("stream,", "stream || 'x',").Replace("stream_id", "gen_random_uuid()")} from log.entry where tenant_id = '{tenant}' and stream = 'run-r1'""");
        Names(await VerifyAsync(), "log", "inserted", slot, offset - 1, seal: 1);
        await TamperAsync($"delete from log.entry where tenant_id = '{tenant}' and stream = 'run-r1x'");
        Assert.True((await VerifyAsync()).Ok);
        // Behind everything of the tenant, where only the neighbour has been sealed since.
        await TamperAsync($"""insert into log.entry ({columns}) select {columns.Replace("count", "1").Replace("\"offset\"", "\"offset\" - 1").Replace("stream,", "stream || 'x',").Replace("stream_id", "gen_random_uuid()").Replace("tenant_id", $"'{tenant}'::uuid")} from log.entry where tenant_id = '{neighbour}' and stream = 'run-n2'""");
        Names(await VerifyAsync(), "log", "inserted");
    }

    [PostgresFact]
    public async Task Changed_and_missing_seals_are_named()
    {
        await FillAsync();
        await TamperAsync($"update log.seal set sealed_at = sealed_at - interval '1 day' where tenant_id = '{tenant}' and number = 2");
        Names(await VerifyAsync(), "seal", "changed", seal: 2);
        await TamperAsync($"update log.seal set slots = '{{1,1}}' where tenant_id = '{tenant}' and number = 2");
        Names(await VerifyAsync(), "seal", "changed", seal: 2);
        await TamperAsync($"delete from log.seal where tenant_id = '{tenant}' and number = 1");
        Names(await VerifyAsync(), "seal", "removed", seal: 1);
        await TamperAsync($"delete from log.seal where tenant_id = '{tenant}'");
        Names(await VerifyAsync(), "log", "inserted");
    }

    [PostgresFact]
    public async Task Changed_removed_and_inserted_rows_of_the_audit_are_named()
    {
        await FillAsync();
        async Task NamedAsync(string code, string tamper, string undo, Guid id)
        {
            await database.ExecuteAsync(tamper);
            Names(await VerifyAsync(), "view", code, id: id);
            await database.ExecuteAsync(undo);
            Assert.Null((await VerifyAsync()).FirstFault);
        }
        var (mine, refusal, forged) = ($"tenant_id = '{tenant}'", await database.ScalarAsync<Guid>($"select event_id from read.audit where tenant_id = '{tenant}'"), Guid.NewGuid());
        await NamedAsync("changed", $"update read.command set actor = 'user:bob' where {mine} and command_id = '{command}'",
            $"update read.command set actor = 'user:ana' where {mine} and command_id = '{command}'", command);
        await NamedAsync("changed", $"""update read.command set "offset" = "offset" + 1, weight = 9 where {mine} and command_id = '{command}'""",
            $"""update read.command set "offset" = "offset" - 1, weight = 2 where {mine} and command_id = '{command}'""", command);
        await NamedAsync("changed", $$"""update read.audit set details = '{"name":"x"}' where {{mine}}""", $"update read.audit set details = '{{}}' where {mine}", refusal);
        await NamedAsync("inserted", $"insert into read.command select tenant_id, '{forged}', type, status, code, detail, resource_type, resource_id, actor, accepted_at, finished_at, slot, \"offset\", weight, data from read.command where {mine} and command_id = '{command}'",
            $"delete from read.command where {mine} and command_id = '{forged}'", forged);
        await NamedAsync("inserted", $"insert into read.audit select tenant_id, '{forged}', action, status, code, resource_type, resource_id, actor, at, slot, 999999, details from read.audit where {mine}",
            $"delete from read.audit where {mine} and event_id = '{forged}'", forged);
        await NamedAsync("removed", $"create table public.kept as select * from read.command where {mine} and command_id = '{command}'; delete from read.command where {mine} and command_id = '{command}'",
            "insert into read.command select * from public.kept; drop table public.kept", command);
        await database.ExecuteAsync($"delete from read.audit where {mine}");
        Names(await VerifyAsync(), "view", "removed", id: refusal);
    }

    [PostgresFact]
    public async Task Nobody_may_change_seals_and_each_tenant_sees_its_own()
    {
        await FillAsync();
        foreach (var sql in (string[])["update log.seal set hash = hash", "delete from log.seal", "truncate log.seal", "delete from log.emptied"])
            Assert.Equal("DV003", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.ExecuteAsync(sql))).SqlState);
        await using var forgetful = database.Api.CreateCommand("select count(*) from log.seal");
        Assert.Equal(0L, await forgetful.ExecuteScalarAsync());
        await using var writing = database.Api.CreateCommand("insert into log.seal select * from log.seal");
        Assert.Equal("42501", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => writing.ExecuteNonQueryAsync())).SqlState);
    }

    [PostgresFact]
    public async Task Two_that_seal_at_once_make_one_chain()
    {
        await database.AppendAsync(Enumerable.Range(0, 40).SelectMany(i => Together(tenant, $"r{i}", Whole(), Guid.NewGuid())));
        await database.ProjectAsync();
        do
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Sealer.StepAsync(stop)));
        while (await Sealer.StepAsync(stop) > 0);
        var verdict = await VerifyAsync();
        Assert.Null(verdict.FirstFault);
        Assert.Equal(40, verdict.Entries);
    }

    [PostgresFact]
    public async Task Archived_entries_verify_where_they_are_and_a_lawfully_deleted_history_too()
    {
        await FillAsync();
        await TamperAsync($"with moved as (delete from only log.entry where tenant_id = '{tenant}' and stream = 'run-r1' returning *) insert into log.archive select * from moved");
        Assert.Null((await VerifyAsync()).FirstFault);
        await TamperAsync(
            $"""
            insert into log.emptied select slot, "offset", tenant_id, log.digest(correlation_id, events) from log.archive where tenant_id = '{tenant}';
            update log.archive set stream = 'gone-r1', events = log.bones(events), correlation_id = null where tenant_id = '{tenant}'
            """);
        Assert.Null((await VerifyAsync()).FirstFault);
        await TamperAsync($"update log.archive set events = replace(events, 'StepCompleted', 'StepFailed') where tenant_id = '{tenant}'");
        Names(await VerifyAsync(), "log", "changed");
    }
}
