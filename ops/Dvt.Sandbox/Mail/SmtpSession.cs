using System.Net.Security;
using System.Text;

namespace Dvt.Sandbox;

/// <summary>One connection: greeting, EHLO, AUTH, MAIL, RCPT, DATA, as RFC 5321 has them.</summary>
sealed class SmtpSession(Stream connection, Mailbox mailbox)
{
    const int MostRecipients = 100;

    readonly MailSettings settings = mailbox.Settings;
    SmtpLines lines = new(connection);
    bool isSecure;
    bool isGreeted;
    bool isKnown;
    string? from;
    readonly List<string> recipients = [];

    public async Task RunAsync(CancellationToken stop)
    {
        await Task.Delay(settings.GreetingDelayMs, stop);
        await lines.SayAsync("220 sandbox.test ESMTP", stop);
        while (await lines.ReadAsync(stop) is { } line)
        {
            var (verb, rest) = line.Split(' ', 2) is [var first, var more] ? (first.ToUpperInvariant(), more.Trim()) : (line.ToUpperInvariant(), "");
            switch (verb)
            {
                case "QUIT":
                    await lines.SayAsync("221 bye", stop);
                    return;
                case "STARTTLS" when settings.StartTls && !isSecure:
                    await SecureAsync(stop);
                    break;
                case "AUTH":
                    await AuthAsync(rest, stop);
                    break;
                case "DATA":
                    if (!await DataAsync(stop))
                        return;
                    break;
                default:
                    await lines.SayAsync(Answer(verb, rest), stop);
                    break;
            }
        }
    }

    string Answer(string verb, string rest) => verb switch
    {
        "EHLO" => Greet(),
        "HELO" => Greet(simple: true),
        "NOOP" => "250 ok",
        "VRFY" => "252 cannot verify",
        "RSET" => Reset(),
        "MAIL" => Mail(rest),
        "RCPT" => Recipient(rest),
        _ => "500 unknown command",
    };

    string Greet(bool simple = false)
    {
        Reset();
        isGreeted = true;
        if (simple)
            return "250 sandbox.test";
        var starttls = settings.StartTls && !isSecure ? "250-STARTTLS\r\n" : "";
        return $"250-sandbox.test\r\n{starttls}250-AUTH PLAIN LOGIN\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 SIZE {settings.MaxBytes}";
    }

    string Reset()
    {
        from = null;
        recipients.Clear();
        return "250 ok";
    }

    async Task SecureAsync(CancellationToken stop)
    {
        await lines.SayAsync("220 go ahead", stop);
        var secure = new SslStream(connection);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = mailbox.Certificate }, stop);
        lines = new SmtpLines(secure);
        (isSecure, isGreeted, isKnown) = (true, false, false);
        Reset();
    }

    /// <summary>PLAIN (RFC 4616) and LOGIN, with or without an initial response.</summary>
    async Task AuthAsync(string rest, CancellationToken stop)
    {
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] given;
        switch (words.FirstOrDefault()?.ToUpperInvariant())
        {
            case "PLAIN":
                var plain = words.Length > 1 ? Decode(words[1]) : await AskAsync("", stop);
                given = plain?.Split('\0') is [_, var user, var secret] ? [user, secret] : [];
                break;
            case "LOGIN":
                var name = words.Length > 1 ? Decode(words[1]) : await AskAsync("VXNlcm5hbWU6", stop);
                given = name is not null && await AskAsync("UGFzc3dvcmQ6", stop) is { } password ? [name, password] : [];
                break;
            default:
                await lines.SayAsync("504 mechanism not supported", stop);
                return;
        }
        isKnown = given is [var who, var word] && (settings.User is null || (who == settings.User && word == settings.Password));
        await lines.SayAsync(isKnown ? "235 welcome" : "535 authentication failed", stop);
    }

    async Task<string?> AskAsync(string challenge, CancellationToken stop)
    {
        await lines.SayAsync("334 " + challenge, stop);
        return await lines.ReadAsync(stop) is { } answer ? Decode(answer) : null;
    }

    static string? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) ? Encoding.UTF8.GetString(bytes, 0, written) : null;
    }

    string Mail(string rest)
    {
        if (!isGreeted)
            return "503 say EHLO first";
        if (settings.RequireAuth && !isKnown)
            return "530 authentication required";
        if (from is not null)
            return "503 a message is under way";
        if (Path(rest, "FROM:") is not { } path)
            return "501 MAIL FROM:<address>";
        if (SizeOf(rest) > settings.MaxBytes)
            return "552 message too large";
        from = path;
        return "250 ok";
    }

    string Recipient(string rest)
    {
        if (from is null)
            return "503 MAIL first";
        if (Path(rest, "TO:") is not { } path || !path.Contains('@', StringComparison.Ordinal))
            return "501 RCPT TO:<address>";
        if (recipients.Count == MostRecipients)
            return "452 too many recipients";
        if (mailbox.TakeFault(path, "rcpt") is { } fault)
            return mailbox.Refuse(path, fault);
        recipients.Add(path);
        return "250 ok";
    }

    /// <returns>False when the connection is to end.</returns>
    async Task<bool> DataAsync(CancellationToken stop)
    {
        if (recipients.Count == 0)
        {
            await lines.SayAsync("503 RCPT first", stop);
            return true;
        }
        if (Fault("data") is { } early)
        {
            await lines.SayAsync(mailbox.Refuse(recipients[0], early), stop);
            return true;
        }
        await lines.SayAsync("354 end with <CRLF>.<CRLF>", stop);
        var (body, isWhole) = await lines.ReadDataAsync(settings.MaxBytes, stop);
        if (body is null)
            return false;
        if (Fault("cut") is not null)
            return false;
        var answer = !isWhole ? "552 message too large"
            : Fault("end") is { } late ? mailbox.Refuse(recipients[0], late)
            : $"250 queued as {mailbox.Keep(from!, [.. recipients], body)}";
        if (Fault("lost") is not null)
            return false;
        if (Fault("hang") is not null)
            await Task.Delay(Timeout.Infinite, stop);
        await lines.SayAsync(answer, stop);
        Reset();
        return true;
    }

    MailFault? Fault(string at) => recipients.Select(r => mailbox.TakeFault(r, at)).FirstOrDefault(f => f is not null);

    /// <summary>What stands between the angle brackets.</summary>
    static string? Path(string rest, string keyword)
    {
        if (!rest.StartsWith(keyword, StringComparison.OrdinalIgnoreCase))
            return null;
        var (open, close) = (rest.IndexOf('<', StringComparison.Ordinal), rest.IndexOf('>', StringComparison.Ordinal));
        return open < 0 || close < open ? null : rest[(open + 1)..close];
    }

    static long SizeOf(string rest) => rest.Split(' ').FirstOrDefault(w => w.StartsWith("SIZE=", StringComparison.OrdinalIgnoreCase)) is { } word
        && long.TryParse(word.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture, out var size) ? size : 0;
}
