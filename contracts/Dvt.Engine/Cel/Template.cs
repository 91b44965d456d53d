using System.Text;

namespace Dvt.Engine.Cel;

/// <summary>
/// Text with `${…}` in it. An expression that is all of the text keeps its type; others are interpolated. `$${` is a literal `${`.
/// </summary>
public sealed class Template
{
    readonly CelValue literal;
    readonly CelProgram? whole;
    readonly object[] parts;

    Template(CelValue literal, CelProgram? whole, object[] parts)
    {
        this.literal = literal;
        this.whole = whole;
        this.parts = parts;
        References = CelReference.Merge(parts.OfType<CelProgram>().SelectMany(program => program.References));
    }

    public bool IsLiteral => whole is null && parts.Length == 0;
    public IReadOnlyList<CelReference> References { get; }
    /// <summary>The type of the result, `Dyn` where it is known only when evaluated.</summary>
    public CelType Type => whole?.Type ?? CelType.String;

    /// <summary>Throws `CelSyntaxException`, its position counted in `text`.</summary>
    public static Template Parse(string text, CelEnvironment env)
    {
        var parts = new List<object>();
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var rest = text.AsSpan(at);
            if (rest.StartsWith("$${"))
            {
                plain.Append("${");
                at += 3;
            }
            else if (rest.StartsWith("${"))
            {
                if (plain.Length > 0)
                    parts.Add(plain.ToString());
                plain.Clear();
                parts.Add(env.CompilePlaceholder(text, at + 2, out var end));
                at = end + 1;
            }
            else
            {
                plain.Append(text[at]);
                at++;
            }
        }
        if (parts.Count == 0)
            return new(CelValue.Of(plain.ToString()), whole: null, []);
        if (plain.Length > 0)
            parts.Add(plain.ToString());
        return new(default, parts is [CelProgram only] ? only : null, [.. parts]);
    }

    /// <summary>The limit is for all placeholders together. Throws `CelEvaluationException`.</summary>
    public CelValue Evaluate(ICelBindings bindings, long costLimit = 1_000_000) => Evaluate(bindings, new CostMeter(costLimit));

    internal CelValue Evaluate(ICelBindings bindings, CostMeter meter)
    {
        if (whole is not null)
            return whole.Evaluate(bindings, meter);
        if (parts.Length == 0)
            return literal;
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            if (part is not CelProgram program)
            {
                text.Append((string)part);
                continue;
            }
            var value = program.Evaluate(bindings, meter);
            meter.Charge(value.Weight);
            text.Append(value.ToDisplayText());
        }
        return CelValue.Of(text.ToString());
    }
}
