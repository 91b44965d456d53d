namespace Dvt.Launcher;

/// <summary>What a supervisor that was killed left running.</summary>
static class Leftovers
{
    /// <summary>Ends recorded roles, all at once; a process that merely has a recorded number is left alone.</summary>
    public static Task EndRolesAsync(DvtHome home) =>
        Task.WhenAll(home.RecordedRoles().Select(role => home.PidOf(role).EndAsync(Signal.Terminate, TimeSpan.FromSeconds(15))));

    /// <summary>Ends the roles, then the private servers.</summary>
    public static async Task EndAllAsync(DvtHome home)
    {
        await EndRolesAsync(home);
        await RabbitMqNode.EndLeftoversIn(home.RabbitMq, TimeSpan.FromSeconds(20));
        await PostgresCluster.EndLeftoversIn(home.Postgres, TimeSpan.FromSeconds(20));
    }
}
