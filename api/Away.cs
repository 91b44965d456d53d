using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Api;

/// <summary>Tells faults of what is not there (yet) from mistakes of ours.</summary>
static class Away
{
    /// <summary>True while the database cannot be asked, or the projectors have not made their views yet.</summary>
    public static bool Is(Exception fault) =>
        Postgres.IsUnavailable(fault) || fault is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction };
}
