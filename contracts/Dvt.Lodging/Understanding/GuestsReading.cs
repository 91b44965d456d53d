namespace Dvt.Lodging.Understanding;

/// <summary>How many guests: totals, lists of persons, couples, families. Children and babies count.</summary>
sealed class GuestsReading(IReadOnlyList<Lexeme> line)
{
    const int MaxGuests = 100;

    static readonly Lexeme End = new("", new Token(TokenKind.Mark, ""), []);

    enum Kind
    {
        Total,
        Adult,
        Child,
        Kin,
        Self,
    }

    readonly record struct Persons(Kind Kind, int Count, int From, int To);

    Lexeme this[int at] => at >= 0 && at < line.Count && !line[at].IsTaken ? line[at] : End;

    public int? Read()
    {
        for (var at = 0; at < line.Count; at++)
            if (this[at].Form is "pero" or "but" && AfterChange(at + 1) is { } changed)
                return changed;
        for (var at = 0; at < line.Count; at++)
            if (Listed(at) is { } listed && listed.Count is > 0 and <= MaxGuests && !this[listed.From - 1].IsAny("not", "nolonger"))
                return Take(listed.From, listed.To, listed.Count);
        for (var at = 0; at < line.Count; at++)
            if (Plain(at) is { } plain)
                return Take(plain.From, plain.To, plain.Count);
        return null;
    }

    /// <summary>"Puse 5 personas pero vamos a ser 6".</summary>
    int? AfterChange(int at) => (this[at].Is("now") ? at + 1 : at) is var next && this[next].Is("we") && We(next) is { } we ? Take(next, we.To, we.Count) : null;

    int Take(int from, int to, int count)
    {
        for (var at = Math.Max(0, from); at < Math.Min(to, line.Count); at++)
            line[at].Slot ??= Lexeme.GuestsSlot;
        return count;
    }

    (int Count, int From, int To)? Listed(int at)
    {
        if (Person(at) is not { } first)
            return null;
        first = first with { To = AfterAge(first) };
        var (persons, isOpen) = (new List<Persons> { first }, true);
        var total = first.Kind == Kind.Total ? first.Count : 0;
        for (var next = first.To; ;)
        {
            var (isAdded, start) = Separator(next);
            if (Person(start) is not { } person)
                break;
            // "4 adults (two couples)".
            if (this[start - 1].Form == "(" && person.Count == persons.Sum(p => p.Count))
                break;
            // "Somos 4, 2 adultos y 2 niños" tells the four once more.
            if (first.Kind == Kind.Total && !isAdded && persons.Count == 1)
                isOpen = false;
            persons.Add(person = person with { To = AfterAge(person) });
            if (first.Kind == Kind.Total && isOpen)
                total += person.Count;
            next = person.To;
        }
        var count = first.Kind == Kind.Total ? total : persons.Sum(p => p.Count) + (IsSpeakerLeftOut(persons) ? 1 : 0);
        return Counts(persons) ? (count, first.From, persons[^1].To) : null;
    }

    /// <summary>"Una nena de 6 y un bebé": how old a child is ends no list.</summary>
    int AfterAge(Persons person)
    {
        if (person.Kind != Kind.Child || !this[person.To].Is("of") || this[person.To + 1].Number is not (> 0 and < 18))
            return person.To;
        return this[person.To + 2].Is("age") || this[person.To + 2].Form is "meses" or "months" ? person.To + 3 : person.To + 2;
    }

    /// <summary>"Con mi esposa": the one who writes comes too.</summary>
    bool IsSpeakerLeftOut(List<Persons> persons) =>
        this[persons[0].From - 1].Is("with") && persons.All(p => p.Kind is Kind.Kin or Kind.Child) && persons.Any(p => p.Kind == Kind.Kin);

    /// <summary>A son alone, or me alone, says nothing of how many come.</summary>
    bool Counts(List<Persons> persons) => persons switch
    {
        [{ Kind: Kind.Total or Kind.Adult }, ..] => true,
        [{ Kind: Kind.Self } self] => this[self.From - 1].Is("alone") || (this[self.From - 1].Is("for") && this[self.From - 2].Is("alone")) || (this[self.From - 1].Is("for") && this[self.From].Form is "myself"),
        [{ Kind: Kind.Child } child] => child.Count > 1,
        [{ Kind: Kind.Kin } kin] => kin.Count > 1 || (this[kin.From - 1].Is("with") && !IsAsked(kin.From - 1)),
        _ => persons.Any(p => p.Kind is not Kind.Child) || persons.Sum(p => p.Count) > 1,
    };

    /// <summary>"Lo hablo con mi pareja", "I'll check with my wife".</summary>
    bool IsAsked(int with) => Enumerable.Range(with - 3, 3).Any(at => this[at].IsAny("talk", "seek") || this[at].Form is "veo" or "ver" or "pregunto" or "check" or "ask" or "discuss" or "confirm" or "confirmo" or "lo" or "consulto");

    (bool IsAdded, int Next) Separator(int at)
    {
        var isAdded = false;
        for (; this[at].IsAny("and", "with", "more", "also") || (this[at].Is("for") && this[at - 1].Is("and")) || this[at].Form is "," or "+" or "&" or "(" or ":" or "mas" or "plus" or "/"; at++)
            isAdded |= this[at].Form is not ("," or "(" or ":" or "/");
        return (isAdded, at);
    }

    Persons? Person(int at)
    {
        var start = at;
        if (this[at].Is("my") || this[at].Is("the"))
            at++;
        if (this[at].Is("we") && We(at) is { } we)
            return we with { From = start };
        if (at > start && this[at].Form == "pareja")
            return new Persons(Kind.Kin, 1, start, at + 1);
        if (Families(at) is { } families)
            return families with { From = start };
        if (this[at].Form == "solo" && this[at + 1].Is("people"))
            return new Persons(Kind.Total, 1, start, at + 2);
        if (IsAloneOnTheWay(at))
            return new Persons(Kind.Total, 1, start, at + 1);
        if (this[at].Is("family") && this[at + 1].Is("of") && this[at + 2].Number is { } members)
            return new Persons(Kind.Total, members, start, this[at + 3].Is("people") ? at + 4 : at + 3);
        if (this[at].Is("self") || (this[start].Form == "mi" && !IsPerson(start + 1)))
            return this[start].Form is "i" && !(this[start - 1].Is("and")) ? null : new Persons(Kind.Self, 1, start, this[at].Is("self") ? at + 1 : start + 1);
        if (this[at].Is("couple") && !this[at - 1].Is("my") && !this[at + 1].Is("of") && !this[at + 1].IsAny("night", "day"))
            return new Persons(Kind.Total, 2, start, at + 1);
        return Counted(start, at) ?? (IsPerson(at) && !this[at].Is("people") && (!IsPlural(at) || Both(at) > 1) && (at > start || this[start - 1].IsAny("and", "with", "we") || this[start - 1].Form == ",") && !(this[at].Is("adult") && this[at].Form == "mayor")
            ? new Persons(KindOf(at), Both(at), start, at + 1) : null);
    }

    /// <summary>"Dos familias de 4".</summary>
    Persons? Families(int at) =>
        this[at].Number is > 0 and <= MaxGuests and var many && this[at + 1].Is("family") && this[at + 2].Is("of") && this[at + 3].Number is > 0 and <= MaxGuests and var each && many * each <= MaxGuests
            ? new Persons(Kind.Total, many * each, at, at + 4) : null;

    /// <summary>"Voy solo", "travelling solo", "by myself".</summary>
    bool IsAloneOnTheWay(int at) =>
        (this[at].Form is "solo" or "sola" or "solito" or "solita" or "alone" && this[at - 1] is var verb && (verb.IsAny("come", "stay", "arrive") || verb.Form is "voy" or "iria" or "ire" or "vengo" or "viajo" or "viajaria" or "viajare" or "viajando" or "travelling" or "traveling" or "going" or "coming" or "be"))
        || (this[at].Form == "myself" && this[at - 1].Form is "by");

    /// <summary>"2 adultos", "our two kids", "six of us", "dos parejas".</summary>
    Persons? Counted(int start, int at)
    {
        if (this[at].Number is not { } number || this[at].Token.IsOrdinal || number > MaxGuests)
            return null;
        var noun = this[at + 1].Form is "sola" or "solo" or "small" or "young" or "pequenos" or "little" ? at + 2 : at + 1;
        if (this[noun].Is("of") && this[noun + 1].Is("us"))
            return new Persons(Kind.Total, number, start, noun + 2);
        if (this[noun].Is("couple"))
            return this[noun + 1].Is("of") ? null : new Persons(Kind.Total, 2 * number, start, noun + 1);
        if (!IsPerson(noun))
            return null;
        // "Hablar con una persona" is no guest.
        var isArticle = !this[at].IsDigits && number == 1 && this[noun].Is("people") && noun == at + 1;
        return isArticle && !this[start - 1].Is("for") && !(this[start - 1].IsMark && this[noun + 1].IsMark) ? null : new Persons(KindOf(noun), number, start, this[noun + 1].Form is "menores" or "grandes" or "chicos" ? noun + 2 : noun + 1);
    }

    /// <summary>"Somos 4", "there would be six of us", "we are 3 friends".</summary>
    Persons? We(int at)
    {
        for (var next = at + 1; next <= at + 4; next++)
        {
            if (Families(next) is { } families)
                return families;
            if (this[next].Number is { } number && !(number == 1 && !this[next].IsDigits))
                return IsOther(next + 1) || number > MaxGuests ? null : this[next + 1].IsAny("adult", "child") ? Counted(at, next) : new Persons(Kind.Total, this[next + 1].Is("couple") ? 2 * number : number, at, next + NounAfter(next));
            if (this[next].Form is not ("are" or "will" or "be" or "d" or "would" or "a" or "ser" or "solo" or "going" or "to" or "ir" or "como" or "unas" or "unos" or "about" or "just" or "only" or "like" or "is" or "with" or "ll"))
                break;
        }
        return null;
    }

    int NounAfter(int number) => this[number + 1].Is("of") && this[number + 2].Is("us") ? 3
        : this[number + 1].IsAny("people", "kin", "couple") ? 2 : 1;

    /// <summary>"Para 4", "for 2", "7 in total".</summary>
    (int Count, int From, int To)? Plain(int at) =>
        this[at].Number is > 0 and <= MaxGuests and var all && (this[at + 1].Form is "in" or "en" ? at + 2 : at + 1) is var total && this[total].Form == "total" ? (all, at, total + 1)
        : this[at].Is("for") && this[at + 1].Number is > 0 and <= MaxGuests and var number && !(number == 1 && !this[at + 1].IsDigits) && !IsOther(at + 2) && !this[at + 1].Token.IsOrdinal
            ? (number, at, at + 2) : null;

    /// <summary>What follows makes the number one of something else.</summary>
    bool IsOther(int at) => this[at].IsAny("night", "day", "week", "months", "hour", "service", "place", "more", "weekend", "year", "vehicle") || this[at].Form is "/" or "%" or "anos" or "noches" or "km"
        || (at < line.Count && line[at].Slot == Lexeme.DaySlot && this[at - 1].IsAny("night"));

    bool IsPerson(int at) => this[at].IsAny("people", "adult", "child", "kin");

    /// <summary>Parents are two.</summary>
    int Both(int at) => this[at].Valued("kin") is > 1 and var two ? two : 1;

    bool IsPlural(int at) => this[at].Form.EndsWith('s') || this[at].Form is "children" or "kids" or "family";

    Kind KindOf(int at) => this[at].Is("people") ? Kind.Total : this[at].Is("adult") ? Kind.Adult : this[at].Is("kin") ? Kind.Kin : Kind.Child;
}
