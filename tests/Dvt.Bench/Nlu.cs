using System.Diagnostics;

namespace Dvt.Bench;

/// <summary>How well and how fast guests are understood: the labelled utterances, and those that nothing was tuned on.</summary>
static class Nlu
{
    const double IntentsWanted = 95;
    const double DatesWanted = 97;

    public static Task RunAsync(Session session, CancellationToken stop)
    {
        foreach (var (set, name) in (ReadOnlySpan<(string, string)>)[("labelled", Utterance.Labelled), ("holdout", Utterance.Holdout)])
        {
            var accuracy = Utterance.Measure(Utterance.Read(name));
            session.Report(new("nlu", $"{set}-intents", accuracy.Intents, "%") { Wanted = Target.ValueAtLeast(IntentsWanted), Inputs = accuracy });
            session.Report(new("nlu", $"{set}-dates", accuracy.Dates, "%") { Wanted = Target.ValueAtLeast(DatesWanted), Inputs = accuracy });
        }
        var all = Utterance.Read(Utterance.Labelled);
        var texts = session.Settings.Size(100_000, quick: 2_000);
        var began = Stopwatch.StartNew();
        for (var done = 0; done < texts && !stop.IsCancellationRequested; done++)
            _ = all[done % all.Count].Understand();
        session.Report(new("nlu", Part: null, texts / began.Elapsed.TotalSeconds, "texts/s") { Inputs = new { texts, threads = 1 } });
        return Task.CompletedTask;
    }
}
