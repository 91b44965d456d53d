namespace Dvt.Launcher;

/// <summary>
/// Marks everything that tests or benches start, however deep and in whatever session,
/// so that nothing of it is left when they are broken off.
/// </summary>
static class Errand
{
    /// <summary>Inherited from process to process.</summary>
    public const string Variable = "DVT_ERRAND";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Ends what is left. Quit, since a postmaster obeys it at once and takes its backends along.</summary>
    public static async Task EndAsync(string errand)
    {
        // Again and again: one of them may have started another while it was ending.
        while (ProcessTable.With(Variable, errand) is { Count: > 0 } left)
        {
            await Task.WhenAll(left.Select(process => process.EndAsync(Signal.Quit, Patience)));
        }
    }
}
