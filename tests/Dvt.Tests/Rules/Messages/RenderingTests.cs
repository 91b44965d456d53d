using Dvt.Contracts;
using Dvt.Lodging.Messages;
using Xunit;

namespace Dvt.Tests.Rules.Messages;

/// <summary>What templates may say, and what becomes of them.</summary>
public sealed class RenderingTests
{
    static readonly IReadOnlyDictionary<string, string> Sample = MessageWords.OfSample("Cabañas del Río", "es");

    public static TheoryData<string, string> Defaults
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var name in MessageNames.All)
                foreach (var language in MessageLanguages.All)
                    all.Add(name, language);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Defaults))]
    public void Every_default_text_says_something_and_leaves_nothing_open(string name, string language)
    {
        var message = Rendering.Render(DefaultTexts.Of(name, language), language, MessageWords.OfSample("Cabañas del Río", language));
        Assert.All(new[] { message.Subject, message.Text, message.Html }, text =>
        {
            Assert.NotEmpty(text);
            Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
        });
        Assert.Contains("Ana", message.Text, StringComparison.Ordinal);
        Assert.Contains("Cabañas del Río", message.Text, StringComparison.Ordinal);
        Assert.Contains($"<html lang=\"{language}\">", message.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_confirmation_tells_the_stay_and_what_is_still_to_pay()
    {
        var message = Rendering.Render(DefaultTexts.Of(MessageNames.BookingConfirmed, "es"), "es", Sample);
        Assert.Equal("Reserva confirmada: Cabaña Pino, viernes 18 de diciembre de 2026", message.Subject);
        Assert.Contains("Entrada: viernes 18 de diciembre de 2026, desde las 15:00", message.Text, StringComparison.Ordinal);
        Assert.Contains("Total: DOP 48,000.00; recibido: DOP 14,400.00; por pagar: DOP 33,600.00", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_there_is_not_is_left_out()
    {
        var words = Sample.Where(w => w.Key is not ("paid" or "balance" or "paymentLink")).ToDictionary();
        Assert.DoesNotContain("recibido", Rendering.Render(DefaultTexts.Of(MessageNames.BookingConfirmed, "es"), "es", words).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Paga", Rendering.Render(DefaultTexts.Of(MessageNames.HoldCreated, "es"), "es", words).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guests_name_is_text_in_html_and_one_line_in_the_subject()
    {
        var words = new Dictionary<string, string>(Sample) { ["firstName"] = "<b>Eve</b>\r\nBcc: all@guests.test", ["guestName"] = "{{total}}" };
        var message = Rendering.Render(new("Hola {{firstName}}", "Hola {{firstName}} {{guestName}}", "<i>{{firstName}}</i>"), "es", words);
        Assert.DoesNotContain('\n', message.Subject);
        Assert.Contains("{{total}}", message.Text, StringComparison.Ordinal);
        Assert.Contains("<i>&lt;b&gt;Eve", message.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Eve", Rendering.Render(new("s", "Hola {{firstName}}"), "es", words).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{#each guests}}x{{/each}}")]
    [InlineData("{{{firstName}}}")]
    [InlineData("{{> partial}}")]
    [InlineData("{{lookup this \"x\"}}")]
    [InlineData("{{firstName.Length}}")]
    [InlineData("{{password}}")]
    [InlineData("{{#if total}}")]
    [InlineData("{{/if}}")]
    [InlineData("{{else}}")]
    [InlineData("{{#if total}}{{/unless}}")]
    [InlineData("{{firstName")]
    [InlineData("firstName}}")]
    [InlineData("{{@root}}")]
    [InlineData("{{!-- {{ --}}")]
    public void What_is_more_than_names_and_conditions_is_refused(string template)
    {
        Assert.NotNull(TemplateCheck.Fault(template));
        Assert.Throws<FormatException>(() => Rendering.Render(new("s", template), "es", Sample));
    }

    [Theory]
    [InlineData("{{#if paid}}a{{else}}b{{/if}}{{#unless refund}}c{{/unless}}")]
    [InlineData("no names at all: } { { }")]
    [InlineData("{{ firstName }}")]
    public void Names_and_conditions_are_taken(string template) => Assert.Null(TemplateCheck.Fault(template));

    [Fact]
    public void A_message_that_would_be_huge_is_refused_while_it_is_written()
    {
        var words = new Dictionary<string, string>(Sample) { ["guestName"] = new string('x', 2_000) };
        var template = string.Concat(Enumerable.Repeat("{{guestName}}", 200));
        Assert.Null(TemplateCheck.Fault(template));
        Assert.Throws<FormatException>(() => Rendering.Render(new("s", template), "es", words));
    }

    [Fact]
    public void Times_are_those_of_the_unit_and_dates_are_words() => Assert.Equal(
        ("11:30", "Friday, 18 December 2026", "viernes 18 de diciembre de 2026"),
        (Sample["expiresAt"], MessageWords.OfSample("x", "en")["checkIn"], Sample["checkIn"]));

    [Fact]
    public void Parameters_of_a_registered_template_are_rendered_too()
    {
        var message = Rendering.Render(new("s", "t", WhatsApp: new("booking_ok", ["{{firstName}}", "{{checkIn}}"])), "en", MessageWords.OfSample("x", "en"));
        Assert.Equal("booking_ok", message.WhatsAppTemplate);
        Assert.Equal(["Ana", "Friday, 18 December 2026"], message.WhatsAppParameters);
    }

    [Fact]
    public void Every_message_has_a_template_for_guests_who_have_not_written_and_no_parameter_of_it_is_empty()
    {
        var bare = Sample.Where(w => w.Key is not ("paymentLink" or "refund" or "balance" or "paid")).ToDictionary();
        foreach (var name in MessageNames.All)
            foreach (var language in MessageLanguages.All)
            {
                var message = Rendering.Render(DefaultTexts.Of(name, language), language, bare);
                Assert.Equal($"dvt_{name}", message.WhatsAppTemplate);
                Assert.All(message.WhatsAppParameters, Assert.NotEmpty);
            }
    }
}
