using System.Globalization;
using System.Xml.Linq;

namespace Dvt.Launcher;

/// <summary>How many tests ended how.</summary>
sealed record TestSummary(int Passed, int Failed, int Skipped)
{
    /// <summary>For a step that failed before any test ran.</summary>
    public static readonly TestSummary NothingRan = new(Passed: 0, Failed: 1, Skipped: 0);

    /// <summary>
    /// Read from a .trx file. The file's own count of skipped tests is always 0, so they are what is left over.
    /// A run that broke off counts as one failure more, as its file knows only what ended.
    /// </summary>
    public static TestSummary Of(string trx, int exitCode)
    {
        if (!File.Exists(trx))
        {
            return NothingRan;
        }

        var counters = XDocument.Load(trx).Descendants().Single(element => element.Name.LocalName == "Counters");
        int Count(string name) => int.Parse(counters.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
        var passed = Count("passed");
        var failed = Count("failed") + Count("error") + Count("timeout") + Count("aborted");
        var skipped = Count("total") - passed - failed;
        return new(passed, exitCode != 0 && failed == 0 ? 1 : failed, skipped);
    }

    public int ExitCode => Failed == 0 && Passed > 0 ? 0 : 1;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed") + (Skipped > 0 ? $", {Skipped} skipped" : "");
}
