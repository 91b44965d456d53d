namespace Dvt.Launcher;

/// <summary>A role and the process that plays it now.</summary>
sealed class RunningRole(Role role, DvtHome home)
{
    Child? child;

    public Role Role => role;

    public int Pid => child?.Pid ?? 0;

    public void Start()
    {
        child = Child.Start(role.In(home));
        home.PidOf(role.Id).Write(child.Identity);
    }

    /// <summary>Starts it again whenever it dies, and calls <paramref name="changed"/> when the process is another.</summary>
    public KeptAlive Kept(Action changed, Action<string> say) => new(
        role.Id,
        exited: () => ExitedAsync(child!, say),
        startAgain: _ =>
        {
            Start();
            changed();
            return Task.CompletedTask;
        },
        say);

    async Task ExitedAsync(Child playing, Action<string> say)
    {
        await playing.Exited;
        say($"{role.Id} ended with exit code {playing.ExitCode}");
    }

    public async Task StopAsync(TimeSpan patience)
    {
        await (child?.StopAsync(Signal.Terminate, patience) ?? Task.CompletedTask);
        home.PidOf(role.Id).Delete();
    }
}
