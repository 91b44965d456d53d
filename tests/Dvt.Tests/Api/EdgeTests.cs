using System.Net;
using System.Text;
using System.Text.Json;
using Dvt.Api;
using Dvt.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dvt.Tests.Api;

/// <summary>What needs neither database nor broker: the process starts and answers without them.</summary>
public sealed class EdgeTests : IAsyncLifetime
{
    ApiProcess api = null!;

    public async Task InitializeAsync() => api = await ApiProcess.StartAsync();

    public async Task DisposeAsync() => await api.DisposeAsync();

    static void IsProblem((HttpStatusCode Status, JsonElement Body, HttpResponseMessage Answer) answer, int status, string code)
    {
        Assert.Equal((status, code), ((int)answer.Status, answer.Body.GetProperty("code").GetString()));
        Assert.Equal("application/problem+json", answer.Answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(status, answer.Body.GetProperty("status").GetInt32());
        foreach (var member in (string[])["type", "title", "instance", "traceId"])
            Assert.False(string.IsNullOrEmpty(answer.Body.GetProperty(member).GetString()));
    }

    Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Answer)> LoginAsync(string body, string type = "application/json") =>
        api.SendAsync(HttpMethod.Post, "/v1/auth/login", body, type: type);

    [Fact]
    public async Task It_is_alive_and_says_what_is_missing()
    {
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Get, "/healthz")).Status);
        var ready = await api.SendAsync(HttpMethod.Get, "/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Equal("unavailable", ready.Body.GetProperty("status").GetString());
    }

    [Fact]
    public void Its_clock_is_the_database_s() => Assert.IsType(
        api.App.Services.GetRequiredService<DatabaseClock>().AsTimeProvider.GetType(), api.App.Services.GetRequiredService<TimeProvider>());

    [Fact]
    public async Task What_the_framework_answers_is_a_problem_too()
    {
        IsProblem(await api.SendAsync(HttpMethod.Get, "/nowhere"), 404, "not_found");
        IsProblem(await api.SendAsync(HttpMethod.Delete, "/v1/auth/login"), 405, "method_not_allowed");
        IsProblem(await api.SendAsync(HttpMethod.Get, "/v1/me"), 401, "unauthorized");
    }

    [Theory]
    [InlineData("", 400, "malformed_json")]
    [InlineData("{", 400, "malformed_json")]
    [InlineData("{}x", 400, "malformed_json")]
    [InlineData("{\"email\":\"a\",\"email\":\"b\",\"apiKey\":\"c\"}", 400, "malformed_json")]
    [InlineData("{\"email\":\"a\",\"apiKey\":\"\\u0000\",}", 400, "malformed_json")]
    [InlineData("/*x*/{}", 400, "malformed_json")]
    [InlineData("[]", 422, "validation_failed")]
    [InlineData("null", 422, "validation_failed")]
    [InlineData("{\"email\":\"a\"}", 422, "validation_failed")]
    [InlineData("{\"email\":1,\"apiKey\":\"c\"}", 422, "validation_failed")]
    [InlineData("{\"email\":\"a\",\"apiKey\":\"c\",\"more\":1}", 422, "validation_failed")]
    [InlineData("{\"email\":\"a\\u0000\",\"apiKey\":\"c\"}", 422, "validation_failed")]
    [InlineData("{\"email\":\"a\\ud800\",\"apiKey\":\"c\"}", 422, "validation_failed")]
    public async Task Syntax_is_judged_before_content(string body, int status, string code) => IsProblem(await LoginAsync(body), status, code);

    [Fact]
    public async Task A_key_that_a_client_sends_with_every_post_is_no_matter_at_the_login() =>
        IsProblem(await api.SendAsync(HttpMethod.Post, "/v1/auth/login", """{"email":"a@b.example","apiKey":"dvt_no"}""", idempotencyKey: "k"), 401, "login_failed");

    [Fact]
    public async Task Every_fault_names_its_place()
    {
        var answer = await LoginAsync("""{"email":1,"apiKey":"","more":true}""");
        Assert.Equal(["/apiKey", "/email", "/more"], answer.Body.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()!).Order());
    }

    [Fact]
    public async Task Size_and_type_are_limited()
    {
        IsProblem(await LoginAsync(new string(' ', 1024 * 1024 + 1)), 413, "too_large");
        IsProblem(await LoginAsync("{}", "text/plain"), 415, "unsupported_media_type");
        IsProblem(await LoginAsync("{}", "application/json; charset=utf-16"), 415, "unsupported_media_type");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_malformed()
    {
        using var content = new ByteArrayContent([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);
        content.Headers.ContentType = new("application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await api.Http.PostAsync(new Uri("/v1/auth/login", UriKind.Relative), content)).StatusCode);
    }

    [Fact]
    public async Task Naughty_strings_never_break_it()
    {
        foreach (var naughty in (string[])["' or 1=1 --", "<script>", "${7*7}", "\u202e\u200b", "👩‍👩‍👧", new string('x', 100_000), "../../etc/passwd", "%s%n", "\r\nX: y", "{{7*7}}"])
        {
            var body = JsonSerializer.Serialize(new { email = naughty, apiKey = naughty });
            Assert.InRange((int)(await LoginAsync(body)).Status, 400, 499);
            Assert.InRange((int)(await api.SendAsync(HttpMethod.Get, $"/v1/runs/{Uri.EscapeDataString(naughty)}")).Status, 400, 499);
        }
    }

    [Fact]
    public async Task A_key_that_cannot_be_checked_is_unavailable_and_not_wrong()
    {
        var answer = await api.SendAsync(HttpMethod.Get, "/v1/me", credential: "dvt_" + new string('x', 43));
        IsProblem(answer, 503, "credential_unchecked");
        Assert.NotNull(answer.Answer.Headers.RetryAfter);
        IsProblem(await api.SendAsync(HttpMethod.Get, "/v1/me", credential: "dvt_short"), 401, "unauthorized");
    }

    [Fact]
    public async Task Security_headers_are_everywhere_and_the_page_runs_only_its_own_script()
    {
        foreach (var path in (string[])["/healthz", "/nowhere", "/docs"])
        {
            using var answer = await api.Http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.True(answer.Headers.Contains("X-Request-Id"));
            Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
        using var docs = await api.Http.GetAsync(new Uri("/docs", UriKind.Relative));
        var html = await docs.Content.ReadAsStringAsync();
        var script = html.Split("<script>")[1].Split("</script>")[0];
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Contains($"script-src 'sha256-{hash}'", docs.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("--Api:NoSuchKey=1", "NoSuchKey")]
    [InlineData("--Api:KeyEncryptionKey=short", "KeyEncryptionKey")]
    [InlineData("--Api:TokenMinutes=0", "TokenMinutes")]
    [InlineData("--Postgres:Pool=3", "Pool")]
    [InlineData("--RabbitMq:Uri=", "Uri")]
    public void A_wrong_configuration_ends_the_start_with_its_key(string argument, string named) =>
        Assert.Contains(named, Assert.Throws<SettingsException>(() => ApiHost.Build([.. ApiProcess.Arguments(), argument])).Message, StringComparison.Ordinal);
}
