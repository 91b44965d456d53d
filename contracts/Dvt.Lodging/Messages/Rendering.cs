using System.Collections.Concurrent;
using HandlebarsDotNet;

namespace Dvt.Lodging.Messages;

/// <summary>A message as it goes out.</summary>
/// <param name="Html">A whole document.</param>
/// <param name="WhatsAppParameters">Of the registered template, when there is one.</param>
public sealed record RenderedMessage(string Subject, string Text, string Html, string? WhatsAppTemplate, IReadOnlyList<string> WhatsAppParameters);

/// <summary>
/// Handlebars over dictionaries of texts: no object of ours, no helper, no partial. Templates that <see cref="TemplateCheck"/> refuses
/// are not rendered; output stops at <see cref="MostOutput"/>.
/// </summary>
public static class Rendering
{
    public const int MostOutput = 64 * 1024;
    const int MostCompiled = 1_000;

    static readonly IHandlebars Plain = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true });
    static readonly IHandlebars Escaping = Handlebars.Create(new HandlebarsConfiguration { TextEncoder = new HtmlTextEncoder() });
    static readonly ConcurrentDictionary<(bool Html, string Template), HandlebarsTemplate<TextWriter, object, object>> Compiled = new();

    /// <exception cref="FormatException">The template is refused, or says more than is allowed.</exception>
    public static RenderedMessage Render(Contracts.MessageTexts texts, string language, IReadOnlyDictionary<string, string> words)
    {
        var text = Write(texts.Text, words, html: false).Trim();
        var html = texts.Html is { } own ? Write(own, words, html: true) : HtmlText.Of(text);
        return new RenderedMessage(
            OneLine(Write(texts.Subject, words, html: false)), text, HtmlText.Document(language, html), texts.WhatsApp?.Name,
            [.. (texts.WhatsApp?.Parameters ?? []).Select(p => OneLine(Write(p, words, html: false)))]);
    }

    /// <summary>Somebody's own words: nothing in them is a template.</summary>
    public static RenderedMessage OfWords(string subject, string text, string language) =>
        new(OneLine(subject), text, HtmlText.Document(language, HtmlText.Of(text)), WhatsAppTemplate: null, WhatsAppParameters: []);

    static string Write(string template, IReadOnlyDictionary<string, string> words, bool html)
    {
        if (TemplateCheck.Fault(template) is { } fault)
            throw new FormatException($"the template {fault}");
        if (Compiled.Count >= MostCompiled)
            Compiled.Clear();
        var compiled = Compiled.GetOrAdd((html, template), static key =>
        {
            using var reader = new StringReader(key.Template);
            return (key.Html ? Escaping : Plain).Compile(reader);
        });
        using var writer = new BoundedWriter(MostOutput);
        compiled(writer, new Dictionary<string, object>(words.Select(w => KeyValuePair.Create(w.Key, (object)w.Value))), new Dictionary<string, object>());
        return writer.ToString();
    }

    /// <summary>A header is one line, whatever a guest is called.</summary>
    static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>Takes so many characters and throws at the next.</summary>
sealed class BoundedWriter(int most) : StringWriter(System.Globalization.CultureInfo.InvariantCulture)
{
    public override void Write(char value)
    {
        Check(1);
        base.Write(value);
    }

    public override void Write(string? value)
    {
        Check(value?.Length ?? 0);
        base.Write(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        Check(count);
        base.Write(buffer, index, count);
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        Check(buffer.Length);
        base.Write(buffer);
    }

    void Check(int more)
    {
        if (GetStringBuilder().Length + more > most)
            throw new FormatException($"the message would have more than {most} characters");
    }
}
