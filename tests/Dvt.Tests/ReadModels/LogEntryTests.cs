using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using Xunit;

namespace Dvt.Tests.ReadModels;

/// <summary>How events are stored, and how they come back.</summary>
public sealed class LogEntryTests(ReadModelsDatabase database) : IClassFixture<ReadModelsDatabase>
{
    readonly Guid tenant = Guid.NewGuid();

    /// <summary>Events of one run, told apart by their step.</summary>
    List<NewEvent> Events(string runId, int count, long fromSeq = 1, string actor = "user:ana") =>
    [
        .. Enumerable.Range(0, count).Select(i => new NewEvent(
            Slot.Of(Domain.Runs, tenant, runId), tenant, "run-" + runId, fromSeq + i, nameof(StepSkipped),
            $$"""{"stepId":"s{{fromSeq + i}}","text":"\"]],[[\\ ñ €","deep":{{new string('[', 200)}}{{new string(']', 200)}}}""",
            CommandId: null, "case", actor, Histories.Noon)),
    ];

    async Task<List<LoggedEvent>> ReadAsync(string runId, long afterSeq = 0, int limit = int.MaxValue)
    {
        await using var connection = await database.Worker.OpenConnectionAsync();
        return await EventLog.ReadStreamAsync(connection, tenant, "run-" + runId, afterSeq, limit, CancellationToken.None);
    }

    [PostgresFact]
    public async Task What_is_written_together_is_one_row_and_comes_back_an_event_each()
    {
        var written = Events("a", 600);
        await database.AppendAsync(written);
        var read = await ReadAsync("a");
        Assert.Equal(written.Select(e => (e.Seq, e.Type, e.Data)), read.Select(e => (e.Seq, e.Type, e.Data)));
        Assert.Equal(Enumerable.Range(0, 600).Select(i => read[0].Offset + i), read.Select(e => e.Offset));
        Assert.Equal(3, await database.ScalarAsync<long>($"select count(*) from log.entry where tenant_id = '{tenant}'"));
    }

    [PostgresFact]
    public async Task A_stream_is_read_from_any_event_up_to_any_other()
    {
        await database.AppendAsync(Events("b", 300));
        await database.AppendAsync(Events("b", 3, fromSeq: 301));
        foreach (var (after, limit, first, count) in new[] { (0L, 1, 1L, 1), (10, 5, 11, 5), (255, 2, 256, 2), (299, 9, 300, 4), (302, 9, 303, 1), (303, 9, 0, 0) })
        {
            var read = await ReadAsync("b", after, limit);
            Assert.Equal(count, read.Count);
            Assert.Equal(first, read.Count == 0 ? 0 : read[0].Seq);
        }
    }

    [PostgresFact]
    public async Task The_tail_goes_on_from_within_an_entry()
    {
        await database.AppendAsync(Events("c", 40));
        var all = await ReadAsync("c");
        await using var connection = await database.Worker.OpenConnectionAsync();
        foreach (var behind in new[] { 0, 1, 17, 39, 40 })
        {
            var after = all[0].Offset - 1 + behind;
            var tail = await EventLog.ReadAfterAsync(connection, new Dictionary<int, long> { [all[0].Slot] = after }, perSlot: 15, CancellationToken.None);
            Assert.Equal(Enumerable.Range(1, Math.Min(15, 40 - behind)).Select(i => after + i), tail.TakeWhile(e => e.TenantId == tenant).Select(e => e.Offset));
        }
    }

    [PostgresFact]
    public async Task The_view_shows_each_event_with_the_id_that_programs_give_it()
    {
        await database.AppendAsync([.. Events("d", 3), .. Events("d", 2, fromSeq: 4, actor: "key:2")]);
        var read = await ReadAsync("d");
        await using var command = database.Owner.CreateCommand(
            """
            select seq, "offset", event_id, type, data ->> 'stepId', actor
            from log.events
            where tenant_id = $1
              and stream = 'run-d'
            order by seq
            """);
        command.Parameters.Add(new() { Value = tenant });
        await using var rows = await command.ExecuteReaderAsync();
        var shown = new List<(long, long, Guid, string, string, string)>();
        while (await rows.ReadAsync())
            shown.Add((rows.GetInt64(0), rows.GetInt64(1), rows.GetGuid(2), rows.GetString(3), rows.GetString(4), rows.GetString(5)));
        Assert.Equal(read.Select(e => (e.Seq, e.Offset, e.EventId, e.Type, $"s{e.Seq}", e.Seq < 4 ? "user:ana" : "key:2")), shown);
        Assert.All(read, e => Assert.Equal(NamedId.OfEvent(NamedId.OfStream(tenant, "run-d"), e.Seq), e.EventId));
    }

    [PostgresFact]
    public async Task Of_two_who_continue_a_stream_from_the_same_event_one_fails()
    {
        await database.AppendAsync(Events("e", 5));
        await database.AppendAsync(Events("e", 4, fromSeq: 6));
        var fault = await Assert.ThrowsAsync<PostgresException>(() => database.AppendAsync(Events("e", 2, fromSeq: 6)));
        Assert.True(LostRaceException.TryFrom(fault, out _));
        Assert.Equal(9, (await ReadAsync("e")).Count);
    }

    [PostgresFact]
    public async Task Nothing_written_can_be_changed()
    {
        await database.AppendAsync(Events("f", 1));
        foreach (var sql in new[] { "update log.entry set actor = 'other'", "delete from log.entry", "truncate log.entry" })
            Assert.Equal("DV003", (await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(sql))).SqlState);
    }
}
