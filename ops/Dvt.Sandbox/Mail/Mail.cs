using System.Net;

namespace Dvt.Sandbox;

/// <summary>
/// A mail server that delivers nowhere: SMTP on a port of its own (RFC 5321), and over HTTP what it took and how it should behave.
/// </summary>
static class Mail
{
    public static SmtpServer MapMail(this WebApplication app, IPAddress address, Journal journal)
    {
        var mailbox = new Mailbox(app.Configuration, journal);
        var server = SmtpServer.Start(address, app.Configuration.GetValue("Sandbox:SmtpPort", 0), mailbox);
        app.Lifetime.ApplicationStopping.Register(server.Dispose);

        app.MapGet("/mail", () => Pages.Html("Mail.mails.html"));
        app.MapGet("/mail/server", () => Results.Json(new { host = address.ToString(), port = server.Port, settings = mailbox.Settings }));
        app.MapPut("/mail/settings", (MailSettings settings) => mailbox.Set(settings));
        app.MapGet("/mail/messages", mailbox.List);
        app.MapGet("/mail/messages/{n:long}", mailbox.Show);
        app.MapGet("/mail/messages/{n:long}/raw", mailbox.Raw);
        app.MapDelete("/mail/messages", mailbox.Clear);
        app.MapPut("/mail/faults/{recipient}", (string recipient, MailFault fault) => mailbox.Fail(recipient, fault));
        app.MapDelete("/mail/faults", mailbox.Forgive);
        return server;
    }
}

/// <param name="StartTls">Offers STARTTLS with a certificate of its own making.</param>
/// <param name="User">Only this user with this password; anyone, when null.</param>
/// <param name="RequireAuth">530 without AUTH.</param>
/// <param name="MaxBytes">The size it announces and takes (RFC 1870).</param>
sealed record MailSettings(
    bool StartTls = false, bool RequireAuth = false, string? User = null, string? Password = null, int MaxBytes = 10 * 1024 * 1024, int GreetingDelayMs = 0);

/// <param name="At">
/// <c>rcpt</c> or <c>data</c>: the answer there; <c>end</c>: the answer to the message, which is not kept; <c>lost</c>: the message is
/// kept and the connection ends without an answer; <c>cut</c>: the connection ends before the message is kept; <c>hang</c>: kept, and silence.
/// </param>
/// <param name="Code">Of the answer: 4yz for now, 5yz for good.</param>
/// <param name="Times">So often, then no more; for ever without it.</param>
sealed record MailFault(string At = "rcpt", int Code = 550, string Text = "mailbox unavailable", int? Times = null);
