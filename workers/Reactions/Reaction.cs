using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Reactions;

/// <summary>
/// What one domain does about events of another: it sends messages. They may be sent again after a crash, so their ids are made
/// of the events'.
/// </summary>
/// <param name="Name">Stable: of its checkpoint.</param>
/// <param name="To">The domain whose events these are.</param>
/// <param name="Types">Of events; others are left out.</param>
/// <param name="React">Messages that the events lead to, in order. The connection is for questions to the log.</param>
sealed record Reaction(
    string Name,
    Domain To,
    IReadOnlyCollection<string> Types,
    Func<NpgsqlConnection, IReadOnlyList<LoggedEvent>, CancellationToken, Task<IReadOnlyCollection<(string Queue, Envelope Envelope)>>> React);
