using System.Text;
using static Dvt.Engine.Cel.CelType;

namespace Dvt.Engine.Cel;

/// <summary>Functions on text; places are counted in code points.</summary>
static class Strings
{
    public static IEnumerable<Overload> All =>
    [
        new(".contains", Bool, [CelType.String, CelType.String], (a, e) => Search(a, e, a[0].Name.Contains(a[1].Name, StringComparison.Ordinal))),
        new(".startsWith", Bool, [CelType.String, CelType.String], (a, e) => Search(a, e, a[0].Name.StartsWith(a[1].Name, StringComparison.Ordinal))),
        new(".endsWith", Bool, [CelType.String, CelType.String], (a, e) => Search(a, e, a[0].Name.EndsWith(a[1].Name, StringComparison.Ordinal))),
        new(".matches", Bool, [CelType.String, CelType.String], Pattern.Matches),
        new("matches", Bool, [CelType.String, CelType.String], Pattern.Matches),

        new(".charAt", CelType.String, [CelType.String, Int], CharAt),
        new(".indexOf", Int, [CelType.String, CelType.String], (a, e) => IndexOf(a[0].Name, a[1].Name, from: 0, e)),
        new(".indexOf", Int, [CelType.String, CelType.String, Int], (a, e) => IndexOf(a[0].Name, a[1].Name, a[2].AsInt(), e)),
        new(".lastIndexOf", Int, [CelType.String, CelType.String], (a, e) => LastIndexOf(a[0].Name, a[1].Name, from: null, e)),
        new(".lastIndexOf", Int, [CelType.String, CelType.String, Int], (a, e) => LastIndexOf(a[0].Name, a[1].Name, a[2].AsInt(), e)),
        new(".substring", CelType.String, [CelType.String, Int], (a, e) => Substring(a[0].Name, a[1].AsInt(), to: null, e)),
        new(".substring", CelType.String, [CelType.String, Int, Int], (a, e) => Substring(a[0].Name, a[1].AsInt(), a[2].AsInt(), e)),

        new(".lowerAscii", CelType.String, [CelType.String], (a, e) => Change(a, e, text => Letters(text, char.IsAsciiLetterUpper, 'a' - 'A'))),
        new(".upperAscii", CelType.String, [CelType.String], (a, e) => Change(a, e, text => Letters(text, char.IsAsciiLetterLower, 'A' - 'a'))),
        new(".trim", CelType.String, [CelType.String], (a, e) => Change(a, e, text => text.Trim())),
        new(".reverse", CelType.String, [CelType.String], (a, e) => Change(a, e, Reverse)),
        new("strings.quote", CelType.String, [CelType.String], (a, e) => Change(a, e, Quote)),

        new(".replace", CelType.String, [CelType.String, CelType.String, CelType.String], (a, e) => Replace(a[0].Name, a[1].Name, a[2].Name, -1, e)),
        new(".replace", CelType.String, [CelType.String, CelType.String, CelType.String, Int], (a, e) =>
            Replace(a[0].Name, a[1].Name, a[2].Name, a[3].AsInt(), e)),
        new(".split", ListOf(CelType.String), [CelType.String, CelType.String], (a, e) => Split(a[0].Name, a[1].Name, -1, e)),
        new(".split", ListOf(CelType.String), [CelType.String, CelType.String, Int], (a, e) => Split(a[0].Name, a[1].Name, a[2].AsInt(), e)),
        new(".join", CelType.String, [ListOf(CelType.String)], (a, e) => Join(a[0].List, "", e)),
        new(".join", CelType.String, [ListOf(CelType.String), CelType.String], (a, e) => Join(a[0].List, a[1].Name, e)),
    ];

    static CelValue Search(CelValue[] arguments, Evaluation evaluation, bool found)
    {
        evaluation.ChargeText(arguments[0].Name.Length);
        return CelValue.Of(found);
    }

    static CelValue CharAt(CelValue[] arguments, Evaluation evaluation)
    {
        var (text, place) = (arguments[0].Name, arguments[1].AsInt());
        evaluation.ChargeText(text.Length);
        var length = Text.Length(text);
        if (place < 0 || place > length)
            return OutOfRange(place);
        var at = Text.Offset(text, (int)place);
        return CelValue.Of(place == length ? "" : text.Substring(at, Text.Step(text, at)));
    }

    static CelValue IndexOf(string text, string part, long from, Evaluation evaluation)
    {
        evaluation.ChargeText(text.Length);
        if (from < 0 || from > Text.Length(text))
            return OutOfRange(from);
        var at = text.IndexOf(part, Text.Offset(text, (int)from), StringComparison.Ordinal);
        return CelValue.Of(at < 0 ? -1L : Text.Place(text, at));
    }

    static CelValue LastIndexOf(string text, string part, long? from, Evaluation evaluation)
    {
        evaluation.ChargeText(text.Length);
        var length = Text.Length(text);
        var place = from ?? length;
        if (place < 0 || place > length)
            return OutOfRange(place);
        var end = Math.Min((long)Text.Offset(text, (int)place) + part.Length, text.Length);
        var at = text.AsSpan(0, (int)end).LastIndexOf(part);
        return CelValue.Of(at < 0 ? -1L : Text.Place(text, at));
    }

    static CelValue Substring(string text, long from, long? to, Evaluation evaluation)
    {
        evaluation.ChargeText(text.Length);
        var length = Text.Length(text);
        var end = to ?? length;
        if (from < 0 || end > length || from > end)
            return OutOfRange(from < 0 || from > length ? from : end);
        return CelValue.Of(text[Text.Offset(text, (int)from)..Text.Offset(text, (int)end)]);
    }

    static CelValue Change(CelValue[] arguments, Evaluation evaluation, Func<string, string> change)
    {
        evaluation.ChargeText(arguments[0].Name.Length);
        return evaluation.Build(change(arguments[0].Name));
    }

    static string Letters(string text, Func<char, bool> which, int distance) => string.Create(text.Length, text, (span, from) =>
    {
        for (var at = 0; at < span.Length; at++)
            span[at] = which(from[at]) ? (char)(from[at] + distance) : from[at];
    });

    static string Reverse(string text)
    {
        var reversed = new StringBuilder(text.Length);
        for (var at = text.Length; at > 0;)
        {
            var step = at > 1 && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? 2 : 1;
            at -= step;
            reversed.Append(text, at, step);
        }
        return reversed.ToString();
    }

    static string Quote(string text)
    {
        const string Plain = "\a\b\f\n\r\t\v\\\"";
        const string Escaped = "abfnrtv\\\"";
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var rune in text.EnumerateRunes())
        {
            var place = rune.IsAscii ? Plain.IndexOf((char)rune.Value, StringComparison.Ordinal) : -1;
            quoted.Append(place < 0 ? rune.ToString() : "\\" + Escaped[place]);
        }
        return quoted.Append('"').ToString();
    }

    static CelValue Replace(string text, string old, string by, long limit, Evaluation evaluation)
    {
        evaluation.ChargeText(text.Length);
        var result = new StringBuilder();
        var at = 0;
        for (var done = 0L; limit < 0 || done < limit; done++)
        {
            // An empty text is found before every code point and at the end.
            var found = old.Length > 0 ? text.IndexOf(old, at, StringComparison.Ordinal)
                : done == 0 ? 0 : at < text.Length ? at + Text.Step(text, at) : -1;
            if (found < 0)
                break;
            evaluation.ChargeText(by.Length + (long)found - at);
            result.Append(text, at, found - at).Append(by);
            at = found + old.Length;
        }
        return evaluation.Build(result.Append(text, at, text.Length - at).ToString());
    }

    static CelValue Split(string text, string by, long limit, Evaluation evaluation)
    {
        evaluation.ChargeText(text.Length);
        var parts = new List<CelValue>();
        var at = 0;
        while (limit < 0 || parts.Count < limit - 1)
        {
            var found = by.Length > 0 ? text.IndexOf(by, at, StringComparison.Ordinal)
                : at < text.Length && at + Text.Step(text, at) < text.Length ? at + Text.Step(text, at) : -1;
            if (found < 0)
                break;
            evaluation.Charge(1);
            parts.Add(CelValue.Of(text[at..found]));
            at = found + by.Length;
        }
        if (limit != 0 && (by.Length > 0 || at < text.Length))
            parts.Add(CelValue.Of(text[at..]));
        return evaluation.Build([.. parts]);
    }

    static CelValue Join(CelList list, string by, Evaluation evaluation)
    {
        var joined = new StringBuilder();
        var first = true;
        foreach (var item in list.Items)
        {
            if (item.Kind != CelKind.String)
                return CelValue.Error($"join() takes strings, not {item.TypeName}");
            evaluation.ChargeText(item.Name.Length + (long)by.Length);
            joined.Append(first ? "" : by).Append(item.Name);
            first = false;
        }
        return CelValue.Of(joined.ToString());
    }

    static CelValue OutOfRange(long place) => CelValue.Error($"{place} is outside the text");
}
