using System.Globalization;
using Dvt.Lodging.Understanding;

namespace Dvt.Bench;

/// <summary>The labelled utterances of <c>tests/data/nlu</c>, and how many of them are understood.</summary>
sealed record Utterance(string Text, DateTime Now, Understood Meant)
{
    public const string Labelled = "nlu/labelled.txt";
    public const string Holdout = "nlu/holdout.txt";

    public static readonly IReadOnlyList<string> Units = ["Cabaña Azul", "Cabaña del Lago", "Loft Centro", "Villa Mar", "Casa Roja", "Suite Norte"];

    public static IReadOnlyList<Utterance> Read(string name)
    {
        using var reader = new StreamReader(typeof(Utterance).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"there are no utterances {name}"));
        return Parse(reader.ReadToEnd());
    }

    public static List<Utterance> Parse(string text)
    {
        var (all, now) = (new List<Utterance>(), default(DateTime));
        foreach (var line in text.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
            if (line[0] == '@')
                now = DateTime.ParseExact(line.Split(' ')[1], "yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
            else if (line.Split('|', 7) is [var language, var intent, var checkIn, var checkOut, var guests, var unit, var said])
                all.Add(new(said, now, new(
                    Enum.Parse<Intent>(intent, ignoreCase: true), Day(checkIn), Day(checkOut), guests.Length == 0 ? null : int.Parse(guests, CultureInfo.InvariantCulture),
                    unit.Length == 0 ? null : unit, language, Confidence: 1)));
            else
                throw new FormatException($"seven fields are wanted: {line}");
        return all;
    }

    static DateOnly? Day(string text) => text.Length == 0 ? null : DateOnly.ParseExact(text, "yy-MM-dd", CultureInfo.InvariantCulture);

    public Understood Understand() => GuestText.Read(Text, Now, Units);

    public static Accuracy Measure(IReadOnlyList<Utterance> all)
    {
        var read = all.Select(u => (u.Meant, Got: u.Understand())).ToList();
        return new(all.Count, Share(r => r.Meant.Intent == r.Got.Intent), Share(r => (r.Meant.CheckIn, r.Meant.CheckOut) == (r.Got.CheckIn, r.Got.CheckOut)),
            Share(r => r.Meant.Guests == r.Got.Guests), Share(r => r.Meant.Unit == r.Got.Unit), Share(r => r.Meant.Language == r.Got.Language));

        double Share(Func<(Understood Meant, Understood Got), bool> isRight) => 100.0 * read.Count(isRight) / read.Count;
    }
}

/// <summary>In per cent of the utterances.</summary>
sealed record Accuracy(int Utterances, double Intents, double Dates, double Guests, double Units, double Languages);
