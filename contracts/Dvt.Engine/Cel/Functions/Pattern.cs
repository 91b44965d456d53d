using System.Text.RegularExpressions;

namespace Dvt.Engine.Cel;

/// <summary>A regular expression in RE2 syntax, matched in linear time.</summary>
sealed class Pattern
{
    const int MaxLength = 2_000;

    readonly Regex regex;

    Pattern(Regex regex, int size)
    {
        this.regex = regex;
        Size = size;
    }

    /// <summary>How many places of a text it may be at.</summary>
    public int Size { get; }

    public static CelValue Matches(CelValue[] arguments, Evaluation evaluation)
    {
        return TryRead(arguments[1].Name, evaluation, out var pattern, out var fault)
            ? pattern.Match(arguments[0], evaluation)
            : CelValue.Error(fault);
    }

    public static bool TryRead(string source, Evaluation? evaluation, out Pattern pattern, out string fault)
    {
        (pattern, fault) = (null!, "");
        if (source.Length > MaxLength)
            fault = $"the pattern is longer than {MaxLength} characters";
        else
            try
            {
                var translated = PatternSyntax.Translate(source, out var size);
                // Reading a pattern takes microseconds for each of its parts.
                evaluation?.Charge(200 + 4L * (source.Length + size));
                pattern = new(new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), size);
                return true;
            }
            catch (Exception exception) when (exception is ArgumentException or NotSupportedException or FormatException)
            {
                fault = $"the pattern is not understood: {exception.Message}";
            }
        return false;
    }

    public CelValue Match(CelValue text, Evaluation evaluation)
    {
        if (text.Kind != CelKind.String)
            return CelValue.Error($"matches() does not take {text.TypeName}");
        // Each character moves every place the pattern may be at.
        evaluation.ChargeText((long)text.Name.Length * (1 + Size / 16));
        return CelValue.Of(regex.IsMatch(text.Name));
    }
}

/// <summary>`x.matches('…')` with a pattern read when it was compiled.</summary>
sealed class UnaryTextNode(Node operand, Func<CelValue, Evaluation, CelValue> apply) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var value = operand.Evaluate(evaluation);
        return value.IsError ? value : apply(value, evaluation);
    }
}
