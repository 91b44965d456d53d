using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dvt.Tests.Rules.Json;

/// <summary>Random JSON text in random spelling: spaces, escapes and number forms vary, names do not repeat.</summary>
sealed class RandomJson(Random random)
{
    const int MaxDepth = 5;
    static readonly string[] Alphabet = ["a", "b", "Z", "0", "_", " ", "\"", "\\", "/", "\n", "\u0001", "\u007f", "é", "€", "\ue000", "\uffff", "😀", "𝄞"];

    internal static int Seed() =>
        int.TryParse(Environment.GetEnvironmentVariable("DVT_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : Random.Shared.Next();

    internal string Next()
    {
        var text = new StringBuilder();
        Value(text, depth: 0);
        return text.ToString();
    }

    void Value(StringBuilder text, int depth)
    {
        Space(text);
        switch (random.Next(depth < MaxDepth ? 7 : 5))
        {
            case 0: text.Append("null"); break;
            case 1: text.Append(random.Next(2) == 0 ? "true" : "false"); break;
            case 2: text.Append(Number()); break;
            case 3 or 4: Text(text, Word()); break;
            case 5: Many(text, '[', ']', () => Value(text, depth + 1)); break;
            default:
                var names = new HashSet<string>();
                Many(text, '{', '}', () => Member(text, names, depth));
                break;
        }
        Space(text);
    }

    void Member(StringBuilder text, HashSet<string> names, int depth)
    {
        var name = Word();
        while (!names.Add(name))
            name += "x";
        Space(text);
        Text(text, name);
        Space(text);
        text.Append(':');
        Value(text, depth + 1);
    }

    void Many(StringBuilder text, char open, char close, Action one)
    {
        text.Append(open);
        var count = random.Next(20) == 0 ? 30 : random.Next(5);
        for (var at = 0; at < count; at++)
        {
            if (at > 0)
                text.Append(',');
            one();
        }
        if (count == 0)
            Space(text);
        text.Append(close);
    }

    string Number() => random.Next(6) switch
    {
        0 => random.Next(-100, 100).ToString(CultureInfo.InvariantCulture),
        1 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
        2 => random.NextDouble().ToString("R", CultureInfo.InvariantCulture),
        3 => (random.NextDouble() * Math.Pow(10, random.Next(-300, 300))).ToString("E16", CultureInfo.InvariantCulture),
        4 => "-0.0",
        _ => $"{random.Next(10)}.{random.Next(1000)}e{random.Next(-30, 30)}",
    };

    string Word() => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));

    void Text(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var unit in value)
        {
            if (unit is '"' or '\\' && random.Next(2) == 0)
                text.Append('\\').Append(unit);
            else if (unit is '/' && random.Next(2) == 0)
                text.Append("\\/");
            else if (unit < ' ' || unit is '"' or '\\' || (!char.IsSurrogate(unit) && random.Next(8) == 0))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            else
                text.Append(unit);
        }
        text.Append('"');
    }

    void Space(StringBuilder text)
    {
        if (random.Next(6) == 0)
            text.Append(" \t\r\n"[random.Next(4)]);
    }
}
