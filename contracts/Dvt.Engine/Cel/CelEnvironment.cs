using System.Collections.Frozen;

namespace Dvt.Engine.Cel;

/// <summary>The variables an expression may read. Immutable; one serves many threads.</summary>
public sealed class CelEnvironment
{
    readonly FrozenDictionary<string, CelType> variables;

    CelEnvironment(FrozenDictionary<string, CelType> variables, string container, bool isChecked)
    {
        this.variables = variables;
        Container = container;
        IsChecked = isChecked;
    }

    /// <summary>The namespace that names are looked up in first.</summary>
    internal string Container { get; }
    internal bool IsChecked { get; }

    /// <summary>Of two variables with one name the last counts.</summary>
    public static CelEnvironment Of(params (string Name, CelType Type)[] variables)
    {
        var named = new Dictionary<string, CelType>(StringComparer.Ordinal);
        foreach (var (name, type) in variables)
            named[name] = type;
        return new(named.ToFrozenDictionary(StringComparer.Ordinal), container: "", isChecked: true);
    }

    internal CelEnvironment Inside(string container) => new(variables, container, IsChecked);

    internal CelEnvironment Unchecked() => new(variables, Container, isChecked: false);

    /// <summary>Throws `CelSyntaxException` for what is no expression or cannot be right. At most 64 K characters.</summary>
    public CelProgram Compile(string source) => Compile(source, Lexer.Read(source));

    /// <summary>Compiles the placeholder whose text begins at `start`; `end` is where its closing brace is.</summary>
    internal CelProgram CompilePlaceholder(string text, int start, out int end)
    {
        var tokens = Lexer.ReadPlaceholder(text, start, out end);
        return Compile(text[start..end].Trim(), tokens);
    }

    internal CelType? TypeOf(string variable) => variables.GetValueOrDefault(variable);

    CelProgram Compile(string source, List<Token> tokens) => new Compiler(this).Compile(source, Parser.Parse(tokens));
}
