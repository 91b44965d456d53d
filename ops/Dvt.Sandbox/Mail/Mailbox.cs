using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dvt.Sandbox;

/// <summary>What was sent, and how the server is set.</summary>
sealed class Mailbox(IConfiguration configuration, Journal journal)
{
    const int Kept = 5_000;

    readonly Lock gate = new();
    readonly List<Mailed> messages = [];
    readonly ConcurrentDictionary<string, Ordered> faults = new(StringComparer.OrdinalIgnoreCase);
    readonly Lazy<X509Certificate2> certificate = new(Certify);
    long last;

    sealed record Mailed(long N, DateTimeOffset At, string From, string[] To, byte[] Raw);

    sealed class Ordered(MailFault fault)
    {
        int left = fault.Times ?? int.MaxValue;

        public MailFault? Take(string at) => fault.At == at && Interlocked.Decrement(ref left) >= 0 ? fault : null;
    }

    public MailSettings Settings { get; private set; } = new(
        RequireAuth: configuration["Sandbox:SmtpUser"] is not null, User: configuration["Sandbox:SmtpUser"], Password: configuration["Sandbox:SmtpPassword"]);

    public X509Certificate2 Certificate => certificate.Value;

    public IResult Set(MailSettings settings)
    {
        Settings = settings;
        return Results.NoContent();
    }

    public IResult Fail(string recipient, MailFault fault)
    {
        if (fault.At is not ("rcpt" or "data" or "end" or "lost" or "cut" or "hang") || fault.Code is < 400 or > 599)
            return Results.BadRequest("at is rcpt, data, end, lost, cut or hang; code 400 to 599");
        faults[recipient] = new Ordered(fault);
        return Results.NoContent();
    }

    public IResult Forgive()
    {
        faults.Clear();
        return Results.NoContent();
    }

    public MailFault? TakeFault(string recipient, string at) => faults.TryGetValue(recipient, out var ordered) ? ordered.Take(at) : null;

    /// <returns>The answer.</returns>
    public string Refuse(string recipient, MailFault fault)
    {
        journal.Add("mail", "SMTP", recipient, "", "", "", fault.Code, fault.At);
        return string.Create(CultureInfo.InvariantCulture, $"{fault.Code} {fault.Text}");
    }

    /// <returns>Its number.</returns>
    public long Keep(string from, string[] to, byte[] raw)
    {
        lock (gate)
        {
            messages.Add(new Mailed(++last, DateTimeOffset.UtcNow, from, to, raw));
            if (messages.Count > Kept)
                messages.RemoveAt(0);
        }
        var id = MimeMessage.Read(raw).Header("Message-ID") ?? "";
        journal.Add("mail", "SMTP", string.Join(',', to), "", id, $"<{raw.Length} bytes>", 250, fault: null);
        return last;
    }

    /// <summary><c>{messages:[{n, at, from, to, subject, messageId, headers, text, html}]}</c>, filtered by <c>?to=</c> and <c>?messageId=</c>.</summary>
    public IResult List(string? to, string? messageId, long? after)
    {
        List<Mailed> found;
        lock (gate)
            found = [.. messages.Where(m => m.N > (after ?? 0) && (to is null || m.To.Contains(to, StringComparer.OrdinalIgnoreCase)))];
        return Results.Json(new { messages = found.Select(Shown).Where(m => messageId is null || m.MessageId == messageId) });
    }

    public IResult Show(long n) => Find(n) is { } found ? Results.Json(Shown(found)) : Results.NotFound();

    public IResult Raw(long n) => Find(n) is { } found ? Results.Bytes(found.Raw, "message/rfc822") : Results.NotFound();

    public IResult Clear()
    {
        lock (gate)
            messages.Clear();
        return Results.NoContent();
    }

    sealed record ShownMail(
        long N, DateTimeOffset At, string From, string[] To, string Subject, string? MessageId, IReadOnlyList<string[]> Headers, string? Text, string? Html);

    static ShownMail Shown(Mailed mail)
    {
        var read = MimeMessage.Read(mail.Raw);
        return new(mail.N, mail.At, mail.From, mail.To, EncodedWords.Decode(read.Header("Subject") ?? ""), read.Header("Message-ID"), read.Headers,
            read.Body("text/plain"), read.Body("text/html"));
    }

    Mailed? Find(long n)
    {
        lock (gate)
            return messages.Find(m => m.N == n);
    }

    static X509Certificate2 Certify()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=sandbox.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
