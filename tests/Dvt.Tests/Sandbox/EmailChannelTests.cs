using Dvt.Contracts;
using Dvt.Lodging.Messages;
using Dvt.Workers.Channels;
using Xunit;

namespace Dvt.Tests.Sandbox;

/// <summary>Our email against the sandbox's mail server: what arrives, and what is known when it does not.</summary>
public sealed class EmailChannelTests
{
    static readonly Guid NoticeId = Guid.Parse("0197a3c4-0000-7000-8000-000000000077");

    static OutgoingMessage Message(bool isNews = false) => new(
        Guid.Empty, NoticeId, "booking-confirmed:x", "ana@guests.test",
        Rendering.Render(DefaultTexts.Of(MessageNames.BookingConfirmed, "es"), "es", MessageWords.OfSample("Cabañas del Río", "es")), "es", "Cabañas del Río", "hola@cabanas.test", isNews);

    static EmailChannel Channel(int port, double seconds = 5) =>
        new(new MailOptions { Host = "127.0.0.1", Port = port, From = "no-reply@dvt.test", TimeoutSeconds = seconds });

    [Fact]
    public async Task A_message_arrives_in_both_forms_with_the_id_of_its_notice()
    {
        await using var rig = await Rig.StartAsync();
        Assert.IsType<SendResult.Gone>(await Channel(rig.Host.SmtpPort).SendAsync(Message(isNews: true), CancellationToken.None));
        var mail = Assert.Single(await rig.UntilAsync("/mail/messages", "messages", 1));
        Assert.Equal($"<{NoticeId}@dvt.test>", mail.GetProperty("messageId").GetString());
        Assert.Equal("Reserva confirmada: Cabaña Pino, viernes 18 de diciembre de 2026", mail.GetProperty("subject").GetString());
        Assert.StartsWith("¡Listo, Ana! Tu reserva", mail.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("<p>¡Listo, Ana!", System.Net.WebUtility.HtmlDecode(mail.GetProperty("html").GetString()), StringComparison.Ordinal);
        var headers = mail.GetProperty("headers").EnumerateArray().ToLookup(h => h[0].GetString()!.ToLowerInvariant(), h => h[1].GetString());
        Assert.Equal("auto-generated", headers["auto-submitted"].Single());
        Assert.Contains("hola@cabanas.test", headers["reply-to"].Single(), StringComparison.Ordinal);
        Assert.Contains("mailto:hola@cabanas.test", headers["list-unsubscribe"].Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rcpt", 550, "smtp_550", false)]
    [InlineData("rcpt", 450, "smtp_450", true)]
    [InlineData("data", 451, "smtp_451", true)]
    [InlineData("end", 554, "smtp_554", false)]
    [InlineData("end", 452, "smtp_452", true)]
    public async Task An_answer_of_the_server_is_a_refusal(string at, int status, string code, bool retryable)
    {
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/mail/faults/ana@guests.test", $$"""{"at":"{{at}}","code":{{status}}}""");
        var refused = Assert.IsType<SendResult.Refused>(await Channel(rig.Host.SmtpPort).SendAsync(Message(), CancellationToken.None));
        Assert.Equal((code, retryable), (refused.Code, refused.Retryable));
        Assert.DoesNotContain("ana@", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("cut")]
    [InlineData("hang")]
    public async Task Silence_is_unknown(string at)
    {
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/mail/faults/ana@guests.test", $$"""{"at":"{{at}}"}""");
        Assert.IsType<SendResult.Unknown>(await Channel(rig.Host.SmtpPort, seconds: 1).SendAsync(Message(), CancellationToken.None));
    }

    [Fact]
    public async Task Nobody_there_is_surely_not_sent_and_tried_again()
    {
        var refused = Assert.IsType<SendResult.Refused>(await Channel(Dvt.Launcher.FreePort.Any()).SendAsync(Message(), CancellationToken.None));
        Assert.Equal(("smtp_unreachable", true), (refused.Code, refused.Retryable));
    }
}
