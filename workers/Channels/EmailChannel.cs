using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Net.Sockets;
using System.Text;
using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>
/// Email over SMTP (RFC 5321). Text with an HTML alternative, a Message-ID that stays the same for the notice, marked as written by
/// nobody (RFC 3834). An answer that did not come is unknown: the server may have taken the message before it fell silent.
/// </summary>
sealed class EmailChannel(MailOptions options) : IMessageChannel
{
    readonly string domain = new MailAddress(options.From).Host;

    public string Name => MessageChannels.Email;

    public bool KnowsRepeats => false;

    public async Task<SendResult> SendAsync(OutgoingMessage message, CancellationToken stop)
    {
        using var client = new SmtpClient(options.Host, options.Port)
        {
            EnableSsl = options.StartTls,
            Credentials = options.User is null ? null : new NetworkCredential(options.User, options.Password),
        };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(options.TimeoutSeconds));
        try
        {
            using var mail = Compose(message);
            await client.SendMailAsync(mail, patience.Token);
            return new SendResult.Gone();
        }
        catch (SmtpException fault)
        {
            return Classify(fault);
        }
        catch (OperationCanceledException)
        {
            return new SendResult.Unknown("smtp_no_answer");
        }
        catch (FormatException fault)
        {
            return new SendResult.Refused("smtp_address", fault.Message, Retryable: false);
        }
    }

    MailMessage Compose(OutgoingMessage message)
    {
        var mail = new MailMessage(new MailAddress(options.From, message.FromName, Encoding.UTF8), new MailAddress(message.To))
        {
            Subject = message.Content.Subject,
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
            Body = message.Content.Text,
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.QuotedPrintable,
        };
        mail.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(message.Content.Html, Encoding.UTF8, MediaTypeNames.Text.Html));
        if (message.ReplyTo is { } replyTo)
            mail.ReplyToList.Add(new MailAddress(replyTo));
        mail.Headers.Add("Message-ID", $"<{message.NoticeId}@{domain}>");
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("Content-Language", message.Language);
        if (message.IsNews)
            mail.Headers.Add("List-Unsubscribe", $"<mailto:{message.ReplyTo ?? options.From}?subject=unsubscribe>");
        return mail;
    }

    /// <summary>A code of the server is an answer: nothing was taken. Without one only a connection that was never there is sure.</summary>
    static SendResult Classify(SmtpException fault)
    {
        var status = (int)fault.StatusCode;
        if (status > 0)
            return new SendResult.Refused($"smtp_{status.ToString(CultureInfo.InvariantCulture)}", Told(status), Retryable: status is >= 400 and < 500);
        return fault.InnerException is SocketException
            ? new SendResult.Refused("smtp_unreachable", "the mail server cannot be reached", Retryable: true)
            : fault.InnerException is System.Security.Authentication.AuthenticationException
                ? new SendResult.Refused("smtp_tls", "the mail server's certificate is not trusted", Retryable: true)
                : new SendResult.Unknown("smtp_broken_off");
    }

    /// <summary>Without the server's words, which repeat addresses.</summary>
    static string Told(int status) => status is 530 or 534 or 535 ? "the mail server refused our credentials"
        : status >= 500 ? "the mail server refused the message for good"
        : "the mail server refused the message for now";
}
