using System.Net;
using System.Net.Mail;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Dvt.Tests.Sandbox;

/// <summary>The mail server of the sandbox, against the framework's client and line by line.</summary>
public sealed class SmtpTests
{
    static MailMessage Hello(string to) => new("host@cabins.test", to, "Confirmación: mañana, ¡sí! ☀", "Hola José\r\n.\r\n..fin")
    {
        AlternateViews = { AlternateView.CreateAlternateViewFromString("<p>Hola <b>José</b></p>", Encoding.UTF8, "text/html") },
        Headers = { { "Message-ID", "<fact-1@dvt.test>" } },
    };

    static async Task SendAsync(Rig rig, MailMessage message, NetworkCredential? login = null)
    {
        using var client = new SmtpClient("127.0.0.1", rig.Host.SmtpPort) { Credentials = login, Timeout = 5_000 };
        await client.SendMailAsync(message);
    }

    [Fact]
    public async Task A_message_of_the_frameworks_client_arrives_whole()
    {
        await using var rig = await Rig.StartAsync();
        using var message = Hello("jose@guests.test");
        await SendAsync(rig, message);
        var mail = Assert.Single(await rig.UntilAsync("/mail/messages?to=jose@guests.test", "messages", 1));
        Assert.Equal("Confirmación: mañana, ¡sí! ☀", mail.GetProperty("subject").GetString());
        Assert.Equal("Hola José\r\n.\r\n..fin", mail.GetProperty("text").GetString()!.TrimEnd());
        Assert.Equal("<p>Hola <b>José</b></p>", mail.GetProperty("html").GetString()!.Trim());
        Assert.Equal("<fact-1@dvt.test>", mail.GetProperty("messageId").GetString());
        Assert.Equal("host@cabins.test", mail.GetProperty("from").GetString());
    }

    [Theory]
    [InlineData("rcpt", 550, SmtpStatusCode.MailboxUnavailable)]
    [InlineData("rcpt", 450, SmtpStatusCode.MailboxBusy)]
    [InlineData("data", 451, SmtpStatusCode.LocalErrorInProcessing)]
    [InlineData("end", 554, SmtpStatusCode.TransactionFailed)]
    public async Task A_recipient_fails_as_ordered_and_then_no_more(string at, int code, SmtpStatusCode expected)
    {
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/mail/faults/ana@guests.test", $$"""{"at":"{{at}}","code":{{code}},"times":1}""");
        using var message = Hello("ana@guests.test");
        var fault = await Assert.ThrowsAnyAsync<SmtpException>(() => SendAsync(rig, message));
        Assert.Equal(expected, fault.StatusCode);
        Assert.Empty((await rig.GetAsync("/mail/messages")).GetProperty("messages").EnumerateArray());
        await SendAsync(rig, message);
        Assert.Single((await rig.GetAsync("/mail/messages")).GetProperty("messages").EnumerateArray());
    }

    [Theory]
    [InlineData("lost", 1)]
    [InlineData("cut", 0)]
    public async Task An_answer_that_is_lost_leaves_the_message_or_not(string at, int kept)
    {
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/mail/faults/ana@guests.test", $$"""{"at":"{{at}}","times":1}""");
        using var message = Hello("ana@guests.test");
        await Assert.ThrowsAnyAsync<SmtpException>(() => SendAsync(rig, message));
        Assert.Equal(kept, (await rig.GetAsync("/mail/messages")).GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task Only_the_right_password_is_let_in()
    {
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/mail/settings", """{"requireAuth":true,"user":"dvt","password":"right"}""");
        using var message = Hello("ana@guests.test");
        await Assert.ThrowsAnyAsync<SmtpException>(() => SendAsync(rig, message));
        await Assert.ThrowsAnyAsync<SmtpException>(() => SendAsync(rig, message, new("dvt", "wrong")));
        await SendAsync(rig, message, new("dvt", "right"));
        Assert.Single((await rig.GetAsync("/mail/messages")).GetProperty("messages").EnumerateArray());
    }

    [Fact]
    public async Task A_message_above_the_announced_size_is_552_before_and_after_it_came()
    {
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/mail/settings", """{"maxBytes":1000}""");
        await using var line = await Line.OpenAsync(rig.Host.SmtpPort);
        Assert.Contains("250 SIZE 1000", await line.SayAsync("EHLO test"), StringComparison.Ordinal);
        Assert.StartsWith("552", await line.SayAsync("MAIL FROM:<a@b.test> SIZE=1001"), StringComparison.Ordinal);
        Assert.StartsWith("250", await line.SayAsync("MAIL FROM:<a@b.test>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await line.SayAsync("RCPT TO:<ana@guests.test>"), StringComparison.Ordinal);
        Assert.StartsWith("354", await line.SayAsync("DATA"), StringComparison.Ordinal);
        Assert.StartsWith("552", await line.SayAsync(new string('x', 1001) + "\r\n."), StringComparison.Ordinal);
        Assert.StartsWith("250", await line.SayAsync("NOOP"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_out_of_order_are_503_and_unknown_ones_500()
    {
        await using var rig = await Rig.StartAsync();
        await using var line = await Line.OpenAsync(rig.Host.SmtpPort);
        foreach (var (say, answer) in new[]
        {
            ("MAIL FROM:<a@b.test>", "503"), ("HELO test", "250"), ("RCPT TO:<a@b.test>", "503"), ("DATA", "503"), ("MAIL a@b.test", "501"),
            ("MAIL FROM:<>", "250"), ("RCPT TO:<nobody>", "501"), ("FLY", "500"), ("RSET", "250"), ("AUTH MAGIC", "504"), ("QUIT", "221"),
        })
            Assert.StartsWith(answer, await line.SayAsync(say), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starttls_is_offered_when_told_to_and_the_session_begins_anew()
    {
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/mail/settings", """{"startTls":true}""");
        await using var line = await Line.OpenAsync(rig.Host.SmtpPort);
        Assert.Contains("250-STARTTLS", await line.SayAsync("EHLO test"), StringComparison.Ordinal);
        Assert.StartsWith("220", await line.SayAsync("STARTTLS"), StringComparison.Ordinal);
        await line.SecureAsync();
        Assert.StartsWith("503", await line.SayAsync("MAIL FROM:<a@b.test>"), StringComparison.Ordinal);
        Assert.DoesNotContain("STARTTLS", await line.SayAsync("EHLO test"), StringComparison.Ordinal);
        Assert.StartsWith("235", await line.SayAsync("AUTH PLAIN " + Convert.ToBase64String(Encoding.UTF8.GetBytes("\0ana\0secret"))), StringComparison.Ordinal);
    }

    /// <summary>A connection that a test speaks on by itself.</summary>
    sealed class Line(TcpClient client) : IAsyncDisposable
    {
        Stream stream = client.GetStream();

        public static async Task<Line> OpenAsync(int port)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            var line = new Line(client);
            Assert.StartsWith("220", await line.HearAsync(), StringComparison.Ordinal);
            return line;
        }

        public async Task<string> SayAsync(string text)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"));
            return await HearAsync();
        }

        public async Task SecureAsync()
        {
            var secure = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Subject == "CN=sandbox.test");
            await secure.AuthenticateAsClientAsync("sandbox.test");
            stream = secure;
        }

        /// <summary>All lines of one answer: the last has a space after its code.</summary>
        async Task<string> HearAsync()
        {
            var heard = new StringBuilder();
            var octet = new byte[1];
            while (await stream.ReadAsync(octet) == 1)
            {
                heard.Append((char)octet[0]);
                if (octet[0] == '\n' && heard.ToString().TrimEnd('\r', '\n').Split("\r\n")[^1] is [_, _, _, ' ', ..])
                    break;
            }
            return heard.ToString();
        }

        public async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            client.Dispose();
        }
    }
}
