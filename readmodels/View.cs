using System.Collections.Frozen;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>
/// A table made from the log. What it writes depends on the events alone, so that filling it again gives the same rows.
/// </summary>
public interface IView
{
    /// <summary>Name of the table in schema <c>read</c> and of <c>ops/views/{name}.sql</c>.</summary>
    string Name { get; }

    /// <summary>Raised when the same table is filled differently, so that it is filled again.</summary>
    int Version { get; }

    /// <summary>Types of which it reads the data.</summary>
    IReadOnlyCollection<string> DataOf { get; }

    /// <summary>Adds the statements that bring the table from before these events to behind them.</summary>
    /// <param name="events">In order per stream; streams contiguous.</param>
    /// <param name="table">Qualified; the view's own or the one that is filled beside it.</param>
    void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table);
}

/// <summary>All views.</summary>
public static class Views
{
    public static readonly IReadOnlyList<IView> All =
    [
        new RunView(),
        new RunTermView(),
        new CommandView(),
        RunSpanView.Minutes,
        RunSpanView.Hours,
        new PlanView(),
        new ScheduleView(),
        new ApprovalView(),
        new DurationView(),
        new CostView(),
        new SignalDecisionView(),
        new BulkJobView(),
        new UnitView(),
        new BookingView(),
        new BlockView(),
        new StayView(),
        new AuditView(),
    ];

    /// <summary>Types of which any view reads the data, and those that tell the facts of a stream.</summary>
    internal static readonly FrozenSet<string> DataOf = All.SelectMany(v => v.DataOf).Append(nameof(Contracts.RunQueued)).ToFrozenSet();
}

/// <summary>Rows as one array per column, the shape that <c>unnest</c> takes.</summary>
static class Columns
{
    /// <summary>Adds a parameter that holds one column of all rows.</summary>
    public static NpgsqlBatchCommand Column<TRow, T>(
        this NpgsqlBatchCommand command, NpgsqlDbType type, List<TRow> rows, Func<TRow, T> value)
    {
        var column = new T[rows.Count];
        for (var i = 0; i < column.Length; i++)
            column[i] = value(rows[i]);
        command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = column });
        return command;
    }

    public static NpgsqlBatchCommand Uuid<TRow>(this NpgsqlBatchCommand c, List<TRow> rows, Func<TRow, Guid> value) =>
        c.Column(NpgsqlDbType.Uuid, rows, value);

    public static NpgsqlBatchCommand Text<TRow>(this NpgsqlBatchCommand c, List<TRow> rows, Func<TRow, string?> value) =>
        c.Column(NpgsqlDbType.Text, rows, value);

    public static NpgsqlBatchCommand Int<TRow>(this NpgsqlBatchCommand c, List<TRow> rows, Func<TRow, int> value) =>
        c.Column(NpgsqlDbType.Integer, rows, value);

    public static NpgsqlBatchCommand Long<TRow>(this NpgsqlBatchCommand c, List<TRow> rows, Func<TRow, long> value) =>
        c.Column(NpgsqlDbType.Bigint, rows, value);

    public static NpgsqlBatchCommand Bool<TRow>(this NpgsqlBatchCommand c, List<TRow> rows, Func<TRow, bool> value) =>
        c.Column(NpgsqlDbType.Boolean, rows, value);

    public static NpgsqlBatchCommand Time<TRow>(this NpgsqlBatchCommand c, List<TRow> rows, Func<TRow, DateTime?> value) =>
        c.Column(NpgsqlDbType.TimestampTz, rows, value);
}
