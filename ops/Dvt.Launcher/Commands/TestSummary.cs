using System.Globalization;
using System.Xml.Linq;

namespace Dvt.Launcher;

/// <summary>How many tests ended how.</summary>
sealed record TestSummary(int Passed, int Failed, int Skipped)
{
    /// <summary>More failures than these are no matter of a busy machine.</summary>
    const int MostRepeated = 10;

    /// <summary>Rules have neither clock nor servers: one that fails once, with whatever seed, has failed.</summary>
    const string Rules = "Dvt.Tests.Rules.";

    /// <summary>For a step that failed before any test ran.</summary>
    public static readonly TestSummary NothingRan = new(Passed: 0, Failed: 1, Skipped: 0);

    /// <summary>The methods that failed, by full name, each once.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>The run broke off, so that its file does not know every test.</summary>
    public bool BrokeOff { get; init; }

    /// <summary>
    /// Read from a .trx file. The file's own count of skipped tests is always 0, so they are what is left over.
    /// A run that broke off counts as one failure more, as its file knows only what ended.
    /// </summary>
    public static TestSummary Of(string trx, int exitCode)
    {
        if (!File.Exists(trx))
        {
            return NothingRan with { BrokeOff = true };
        }

        var document = XDocument.Load(trx);
        var counters = Elements(document, "Counters").Single();
        int Count(string name) => int.Parse(counters.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
        var passed = Count("passed");
        var failed = Count("failed") + Count("error") + Count("timeout") + Count("aborted");
        var skipped = Count("total") - passed - failed;
        var brokeOff = exitCode != 0 && failed == 0;
        return new(passed, brokeOff ? 1 : failed, skipped) { Failures = FailuresOf(document), BrokeOff = brokeOff };
    }

    /// <summary>A few tests of real processes and servers failed, which another test beside them may have caused.</summary>
    public bool MayRepeat =>
        !BrokeOff && Failed <= MostRepeated && Failures.Count > 0 && Failures.All(name => !name.StartsWith(Rules, StringComparison.Ordinal));

    /// <summary>The same when what failed was run once more alone: all else stands, and these count as they ended then.</summary>
    public TestSummary Repeated(TestSummary alone) =>
        alone.BrokeOff || alone.Passed + alone.Failed < Failures.Count
            ? this
            : this with { Passed = Passed + Failed - Math.Min(Failed, alone.Failed), Failed = Math.Min(Failed, alone.Failed), Failures = alone.Failures };

    static IReadOnlyList<string> FailuresOf(XDocument document)
    {
        var failed = Elements(document, "UnitTestResult")
            .Where(result => result.Attribute("outcome")?.Value is not ("Passed" or "NotExecuted"))
            .Select(result => result.Attribute("testId")?.Value)
            .ToHashSet();
        return [.. Elements(document, "UnitTest")
            .Where(test => failed.Contains(test.Attribute("id")?.Value))
            .SelectMany(test => Elements(test, "TestMethod"))
            .Select(method => $"{method.Attribute("className")?.Value}.{method.Attribute("name")?.Value}")
            .Distinct()
            .Order()];
    }

    static IEnumerable<XElement> Elements(XContainer under, string name) =>
        under.Descendants().Where(element => element.Name.LocalName == name);

    public int ExitCode => Failed == 0 && Passed > 0 ? 0 : 1;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed") + (Skipped > 0 ? $", {Skipped} skipped" : "");
}
