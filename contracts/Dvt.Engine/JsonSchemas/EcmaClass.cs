using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Dvt.Engine.JsonSchemas;

/// <summary>A set of characters, written so that it takes a surrogate pair for one character, as .NET would not.</summary>
sealed class EcmaClass(bool negated)
{
    internal const string Word = "[A-Za-z0-9_]";
    const string Surrogates = @"\uD800-\uDFFF";
    const string AnyPair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";
    const string Space = @"\t\n\v\f\r \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF";
    const string NoSpace = @"\u0000-\u0008\u000E-\u001F\u0021-\u009F\u00A1-\u167F\u1681-\u1FFF\u200B-\u2027\u202A-\u202E\u2030-\u205E\u2060-\u2FFF\u3001-\uD7FF\uE000-\uFEFE\uFF00-\uFFFF";

    readonly StringBuilder units = new();
    readonly List<string> pairs = [];

    internal EcmaClass AddUnits(string escaped)
    {
        units.Append(escaped);
        return this;
    }

    internal bool TryAddShorthand(char letter)
    {
        var escaped = letter switch
        {
            'd' => "0-9",
            'D' => @"\u0000-\u002F\u003A-\uD7FF\uE000-\uFFFF",
            'w' => "A-Za-z0-9_",
            'W' => @"\u0000-\u002F\u003A-\u0040\u005B-\u005E\u0060\u007B-\uD7FF\uE000-\uFFFF",
            's' => Space,
            'S' => NoSpace,
            _ => null,
        };
        if (escaped is null)
            return false;
        units.Append(escaped);
        if (char.IsAsciiLetterUpper(letter))
            pairs.Add(AnyPair);
        return true;
    }

    internal void AddCategory(string name, bool negated)
    {
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        var category = equals >= 0 && name[..equals] is "gc" or "General_Category" ? name[(equals + 1)..] : name;
        if (!Categories.TryGetValue(category, out var known))
            throw new ArgumentException($"the property {name} is not known.");
        units.Append(negated ? @"\P{" : @"\p{").Append(known).Append('}');
        if (negated)
            pairs.Add(AnyPair);
    }

    internal void AddRange(int low, int high)
    {
        if (low <= 0xFFFF)
            units.Append(CultureInfo.InvariantCulture, $"\\u{low:X4}-\\u{Math.Min(high, 0xFFFF):X4}");
        if (high > 0xFFFF)
            AddPairs(Math.Max(low, 0x10000), high);
    }

    void AddPairs(int low, int high)
    {
        var (first, last) = (char.ConvertFromUtf32(low), char.ConvertFromUtf32(high));
        if (first[0] == last[0])
        {
            AddPairs(first[0], last[0], first[1], last[1]);
            return;
        }
        AddPairs(first[0], first[0], first[1], '\uDFFF');
        if (first[0] + 1 < last[0])
            AddPairs((char)(first[0] + 1), (char)(last[0] - 1), '\uDC00', '\uDFFF');
        AddPairs(last[0], last[0], '\uDC00', last[1]);
    }

    void AddPairs(char firstHigh, char lastHigh, char firstLow, char lastLow) => pairs.Add(
        string.Create(CultureInfo.InvariantCulture, $"[\\u{(int)firstHigh:X4}-\\u{(int)lastHigh:X4}][\\u{(int)firstLow:X4}-\\u{(int)lastLow:X4}]"));

    public override string ToString()
    {
        if (negated)
            return pairs.Count == 0 ? $"(?:[^{units}{Surrogates}]|{AnyPair})" : $"(?:(?!{Alternatives()})(?:[^{Surrogates}]|{AnyPair}))";
        return pairs.Count == 0 && units.Length > 0 ? $"[{units}]" : Alternatives();
    }

    string Alternatives()
    {
        // An empty class matches nothing.
        if (units.Length == 0 && pairs.Count == 0)
            return "(?!)";
        var alternatives = units.Length > 0 ? pairs.Prepend($"[{units}]") : pairs;
        return $"(?:{string.Join('|', alternatives)})";
    }

    static readonly FrozenDictionary<string, string> Categories = new Dictionary<string, string>
    {
        ["Letter"] = "L",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Mark"] = "M",
        ["Combining_Mark"] = "M",
        ["Nonspacing_Mark"] = "Mn",
        ["Spacing_Mark"] = "Mc",
        ["Enclosing_Mark"] = "Me",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Letter_Number"] = "Nl",
        ["Other_Number"] = "No",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Connector_Punctuation"] = "Pc",
        ["Dash_Punctuation"] = "Pd",
        ["Open_Punctuation"] = "Ps",
        ["Close_Punctuation"] = "Pe",
        ["Initial_Punctuation"] = "Pi",
        ["Final_Punctuation"] = "Pf",
        ["Other_Punctuation"] = "Po",
        ["Symbol"] = "S",
        ["Math_Symbol"] = "Sm",
        ["Currency_Symbol"] = "Sc",
        ["Modifier_Symbol"] = "Sk",
        ["Other_Symbol"] = "So",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
        ["Line_Separator"] = "Zl",
        ["Paragraph_Separator"] = "Zp",
        ["Other"] = "C",
        ["Control"] = "Cc",
        ["cntrl"] = "Cc",
        ["Format"] = "Cf",
        ["Private_Use"] = "Co",
        ["Unassigned"] = "Cn",
    }.SelectMany(pair => new[] { pair, new(pair.Value, pair.Value) }).DistinctBy(pair => pair.Key).ToFrozenDictionary();
}
