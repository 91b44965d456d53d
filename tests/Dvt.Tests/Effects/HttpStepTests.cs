using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Sandbox;
using Dvt.Workers.Effects;
using Xunit;

namespace Dvt.Tests.Effects;

public sealed class HttpStepTests(EffectsDatabase database) : IClassFixture<EffectsDatabase>
{
    static async Task<StepOutcome> CallAsync(HttpStep http, Guid tenant, object input, TimeSpan? within = null, params SecretUse[] secrets)
    {
        var left = within ?? TimeSpan.FromSeconds(10);
        using var stop = new CancellationTokenSource(left);
        var step = EffectRig.Step(Guid.NewGuid().ToString(), input, "http", left) with { Secrets = secrets.Length == 0 ? null : secrets };
        return await http.CallAsync(new StepCall(tenant, step, left, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), stop.Token);
    }

    static StepError ErrorOf(StepOutcome outcome) => Assert.IsType<StepOutcome.Failed>(outcome).Error;

    static JsonElement ResultOf(StepOutcome outcome) => Assert.IsType<StepOutcome.Succeeded>(outcome).Result;

    async Task<(SandboxHost Sandbox, Guid Tenant, HttpStep Http, string Url)> StartAsync()
    {
        var sandbox = await SandboxHost.StartAsync();
        var tenant = await database.TenantAsync($"127.0.0.1:{sandbox.Url.Port}");
        return (sandbox, tenant, database.Http(), sandbox.Url.ToString().TrimEnd('/'));
    }

    [EffectsFact]
    public async Task A_call_carries_key_trace_and_body_and_brings_status_headers_and_json_back()
    {
        var (sandbox, tenant, http, url) = await StartAsync();
        await using var ending = sandbox;
        var result = ResultOf(await CallAsync(http, tenant, new { method = "POST", url = $"{url}/http/echo", headers = new { x_a = "1" }, body = new { a = 1 } }));
        Assert.Equal(200, result.GetProperty("status").GetInt32());
        Assert.StartsWith("application/json", result.GetProperty("headers").GetProperty("content-type").GetString(), StringComparison.Ordinal);
        var seen = result.GetProperty("body");
        Assert.Equal(1, seen.GetProperty("body").GetProperty("a").GetInt32());
        var headers = seen.GetProperty("headers");
        Assert.True(Guid.TryParse(headers.GetProperty("idempotency-key").GetString(), out _));
        Assert.StartsWith("00-0af7", headers.GetProperty("traceparent").GetString(), StringComparison.Ordinal);
        Assert.Equal("application/json", headers.GetProperty("content-type").GetString());
        var text = ResultOf(await CallAsync(http, tenant, new { method = "PUT", url = $"{url}/http/echo", body = "hello" })).GetProperty("body");
        Assert.Equal("text/plain; charset=utf-8", text.GetProperty("headers").GetProperty("content-type").GetString());
        Assert.Equal("hello", text.GetProperty("body").GetString());
    }

    [EffectsFact]
    public async Task Statuses_are_classified()
    {
        var (sandbox, tenant, http, url) = await StartAsync();
        await using var ending = sandbox;
        foreach (var (status, retryable) in new[] { (400, false), (401, false), (404, false), (408, true), (409, false), (422, false), (425, true), (429, true), (500, true), (503, true) })
        {
            var error = ErrorOf(await CallAsync(http, tenant, new { url = $"{url}/http/status/{status}" }));
            Assert.Equal(("HTTP_STATUS", retryable, status), (error.Code, error.Retryable, status));
        }
        Assert.Contains("Retry-After 7 s", ErrorOf(await CallAsync(http, tenant, new { url = $"{url}/http/status/503?retryAfter=7" })).Message, StringComparison.Ordinal);
        Assert.Equal(404, ResultOf(await CallAsync(http, tenant, new { url = $"{url}/http/status/404", expect = new object[] { "2xx", 404 } })).GetProperty("status").GetInt32());
        Assert.Equal(204, ResultOf(await CallAsync(http, tenant, new { url = $"{url}/http/status/204" })).GetProperty("status").GetInt32());
    }

    [EffectsFact]
    public async Task What_was_never_sent_is_retryable_and_what_was_is_unknown()
    {
        var (sandbox, _, http, url) = await StartAsync();
        await using var ending = sandbox;
        int closed;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            closed = ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        var tenant = await database.TenantAsync("127.0.0.1", "no-such-host.invalid");
        foreach (var target in new[] { $"http://127.0.0.1:{closed}/", "http://no-such-host.invalid/" })
        {
            var error = ErrorOf(await CallAsync(http, tenant, new { url = target }));
            Assert.Equal(("HTTP_UNREACHABLE", true), (error.Code, error.Retryable));
        }
        foreach (var scenario in new[] { "drop-after-commit", "drop-before-commit", "truncate", "hang" })
            Assert.IsType<StepOutcome.Unknown>(await CallAsync(
                http, tenant, new { method = "POST", url = $"{url}/http/charge?scenario={scenario}", body = 1, idempotent = false, timeout = "PT0.5S" }));
        Assert.Equal("HTTP_BODY_MALFORMED", ErrorOf(await CallAsync(http, tenant, new { url = $"{url}/http/echo?scenario=malformed-json" })).Code);
    }

    [EffectsFact]
    public async Task Answers_are_bounded_after_decompression_too()
    {
        var (sandbox, tenant, http, url) = await StartAsync();
        await using var ending = sandbox;
        Assert.Equal(200_000, ResultOf(await CallAsync(http, tenant, new { url = $"{url}/http/bytes/200000" })).GetProperty("body").GetString()!.Length);
        Assert.Equal(200_000, ResultOf(await CallAsync(http, tenant, new { url = $"{url}/http/bytes/200000?gzip=true" })).GetProperty("body").GetString()!.Length);
        foreach (var n in new[] { "262144", "300000", "50000000", "50000000?gzip=true" })
            Assert.Equal("RESULT_TOO_LARGE", ErrorOf(await CallAsync(http, tenant, new { url = $"{url}/http/bytes/{n}" })).Code);
    }

    [EffectsFact]
    public async Task Inside_addresses_are_refused_unless_the_tenant_names_them()
    {
        var (sandbox, _, http, url) = await StartAsync();
        await using var ending = sandbox;
        var stranger = await database.TenantAsync("127.0.0.1:1");
        foreach (var target in new[] { url, $"http://localhost:{sandbox.Url.Port}/", $"http://2130706433:{sandbox.Url.Port}/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/" })
        {
            var error = ErrorOf(await CallAsync(http, stranger, new { url = target }));
            Assert.Equal(("HTTP_ADDRESS_REFUSED", false), (error.Code, error.Retryable));
        }
    }

    [EffectsFact]
    public async Task A_pool_that_one_tenant_may_use_opens_nothing_for_another()
    {
        var (sandbox, tenant, http, url) = await StartAsync();
        await using var ending = sandbox;
        ResultOf(await CallAsync(http, tenant, new { url = $"{url}/http/echo" }));
        Assert.Equal("HTTP_ADDRESS_REFUSED", ErrorOf(await CallAsync(http, await database.TenantAsync(), new { url = $"{url}/http/echo" })).Code);
    }

    [EffectsFact]
    public async Task The_address_that_was_checked_is_the_one_connected_to()
    {
        var asked = 0;
        var reached = new List<IPEndPoint>();
        using var network = new HttpStepNetwork(
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(asked++ == 0 ? "93.184.216.34" : "127.0.0.1")]),
            (address, _) => { reached.Add(address); throw new SocketException((int)SocketError.ConnectionRefused); });
        var http = database.Http(network);
        var tenant = await database.TenantAsync();
        Assert.Equal("HTTP_UNREACHABLE", ErrorOf(await CallAsync(http, tenant, new { url = "http://rebinds.example/" })).Code);
        Assert.Equal("HTTP_ADDRESS_REFUSED", ErrorOf(await CallAsync(http, tenant, new { url = "http://rebinds.example/" })).Code);
        Assert.Equal("93.184.216.34:80", Assert.Single(reached).ToString());
    }

    [EffectsFact]
    public async Task Redirects_are_checked_counted_and_lose_what_was_meant_for_the_first_origin()
    {
        var (sandbox, _, http, url) = await StartAsync();
        await using var ending = sandbox;
        var other = $"http://localhost:{sandbox.Url.Port}";
        var tenant = await database.TenantAsync("127.0.0.1");
        string To(string target) => $"{url}/http/redirect?to={Uri.EscapeDataString(target)}";
        Assert.Equal("HTTP_ADDRESS_REFUSED", ErrorOf(await CallAsync(http, tenant, new { url = To($"{other}/http/echo") })).Code);
        Assert.Equal("HTTP_ADDRESS_REFUSED", ErrorOf(await CallAsync(http, tenant, new { url = To("http://169.254.169.254/latest") })).Code);
        Assert.Equal("HTTP_REDIRECT_REFUSED", ErrorOf(await CallAsync(http, tenant, new { url = To("file:///etc/passwd") })).Code);
        Assert.Equal("HTTP_REDIRECT_REFUSED", ErrorOf(await CallAsync(http, tenant, new { url = To("http://user@127.0.0.1/") })).Code);
        var round = $"{url}/http/echo";
        for (var i = 0; i < 6; i++)
            round = To(round);
        Assert.Equal("HTTP_REDIRECT_REFUSED", ErrorOf(await CallAsync(http, tenant, new { url = round })).Code);
        var both = await database.TenantAsync("127.0.0.1", "localhost");
        var headers = new Dictionary<string, string> { ["Authorization"] = "Bearer a", ["X-Api-Key"] = "b" };
        var same = ResultOf(await CallAsync(http, both, new { url = To($"{url}/http/echo"), headers })).GetProperty("body").GetProperty("headers");
        Assert.Equal("Bearer a", same.GetProperty("authorization").GetString());
        var crossed = ResultOf(await CallAsync(http, both, new { url = To($"{other}/http/echo"), headers })).GetProperty("body").GetProperty("headers");
        Assert.False(crossed.TryGetProperty("authorization", out _) || crossed.TryGetProperty("x-api-key", out _));
    }

    const string Value = "crm-\\\"0123456789";

    static readonly Dictionary<string, string> Bearer = new() { ["Authorization"] = "Bearer ${secrets.crm}", ["X-Other"] = "${secrets.other}" };

    [EffectsFact]
    public async Task A_secret_goes_to_its_hosts_only_and_is_hidden_in_the_answer()
    {
        var (sandbox, _, http, url) = await StartAsync();
        await using var ending = sandbox;
        var (first, other) = ($"127.0.0.1:{sandbox.Url.Port}", $"localhost:{sandbox.Url.Port}");
        var tenant = await database.TenantAsync(first, other);
        var use = new SecretUse("authorization", "crm");
        Assert.Equal(("HTTP_SECRET_UNKNOWN", false), Told(await CallAsync(http, tenant, new { url = $"{url}/http/echo", headers = Bearer }, null, use)));
        await database.SetSecretAsync(await database.TenantAsync(), "crm", "of another tenant", first);
        Assert.Equal(("HTTP_SECRET_UNKNOWN", false), Told(await CallAsync(http, tenant, new { url = $"{url}/http/echo", headers = Bearer }, null, use)));
        await database.SetSecretAsync(tenant, "crm", Value, first);
        await database.SetSecretAsync(tenant, "other", "another value", first);
        var result = ResultOf(await CallAsync(http, tenant, new { url = $"{url}/http/echo", headers = Bearer }, null, use));
        var headers = result.GetProperty("body").GetProperty("headers");
        Assert.Equal(("Bearer ${secrets.crm}", "${secrets.other}"), (headers.GetProperty("authorization").GetString(), headers.GetProperty("x-other").GetString()));
        Assert.DoesNotContain("0123456789", result.GetRawText(), StringComparison.Ordinal);
        // What the sandbox does then shows that it is given the value.
        await database.SetSecretAsync(tenant, "scenario", "malformed-json", first);
        var asked = new { url = $"{url}/http/echo", headers = new Dictionary<string, string> { ["X-Fake-Scenario"] = "${secrets.scenario}" } };
        Assert.Equal(("HTTP_BODY_MALFORMED", false), Told(await CallAsync(http, tenant, asked, null, new SecretUse("X-Fake-Scenario", "scenario"))));
        Assert.Equal(("HTTP_SECRET_REFUSED", false), Told(await CallAsync(http, tenant, new { url = $"http://{other}/http/echo", headers = Bearer }, null, use)));
        var redirect = $"{url}/http/redirect?to={Uri.EscapeDataString($"http://{other}/http/echo")}";
        Assert.False(ResultOf(await CallAsync(http, tenant, new { url = redirect, headers = Bearer }, null, use)).GetProperty("body").GetProperty("headers").TryGetProperty("authorization", out _));
        var agent = new { url = redirect, headers = new Dictionary<string, string> { ["User-Agent"] = "${secrets.crm}" } };
        Assert.Equal(("HTTP_SECRET_REFUSED", false), Told(await CallAsync(http, tenant, agent, null, new SecretUse("User-Agent", "crm"))));
    }

    static (string Code, bool Retryable) Told(StepOutcome outcome) => (ErrorOf(outcome).Code, ErrorOf(outcome).Retryable);

    [EffectsFact]
    public async Task A_name_of_a_secret_in_data_is_text()
    {
        var (sandbox, _, http, url) = await StartAsync();
        await using var ending = sandbox;
        var host = $"127.0.0.1:{sandbox.Url.Port}";
        var tenant = await database.TenantAsync(host);
        await database.SetSecretAsync(tenant, "crm", Value, host);
        await database.SetSecretAsync(tenant, "other", "another value", host);
        var input = new { method = "POST", url = $"{url}/http/echo", headers = Bearer, body = "${secrets.crm} ${secrets.other}" };
        var seen = ResultOf(await CallAsync(http, tenant, input)).GetProperty("body");
        Assert.Equal("Bearer ${secrets.crm}", seen.GetProperty("headers").GetProperty("authorization").GetString());
        Assert.Equal("${secrets.crm} ${secrets.other}", seen.GetProperty("body").GetString());
    }

    [EffectsFact]
    public async Task A_secret_is_not_sent_to_an_open_connection_outside()
    {
        var reached = 0;
        using var network = new HttpStepNetwork(
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34")]),
            (_, _) => { reached++; throw new SocketException((int)SocketError.ConnectionRefused); });
        var tenant = await database.TenantAsync();
        await database.SetSecretAsync(tenant, "crm", Value, "crm.example");
        var use = new SecretUse("Authorization", "crm");
        var http = database.Http(network);
        Assert.Equal("HTTP_SECRET_REFUSED", ErrorOf(await CallAsync(http, tenant, new { url = "http://crm.example/", headers = Bearer }, null, use)).Code);
        Assert.Equal("HTTP_SECRET_REFUSED", ErrorOf(await CallAsync(http, tenant, new { url = "https://crm.example:8443/", headers = Bearer }, null, use)).Code);
        Assert.Equal(0, reached);
        Assert.Equal("HTTP_UNREACHABLE", ErrorOf(await CallAsync(http, tenant, new { url = "https://crm.example/", headers = Bearer }, null, use)).Code);
    }

    [EffectsFact]
    public async Task A_broken_origin_opens_its_breaker_for_its_tenant_only()
    {
        var (sandbox, tenant, http, url) = await StartAsync();
        await using var ending = sandbox;
        var codes = new List<string>();
        for (var i = 0; i < 30; i++)
            codes.Add(ErrorOf(await CallAsync(http, tenant, new { url = $"{url}/http/status/500" })).Code);
        Assert.Equal("HTTP_CIRCUIT_OPEN", codes[^1]);
        Assert.Equal(20, codes.Count(c => c == "HTTP_STATUS"));
        ResultOf(await CallAsync(http, await database.TenantAsync("127.0.0.1"), new { url = $"{url}/http/echo" }));
    }

    [EffectsFact]
    public async Task A_dropped_answer_costs_one_charge_and_the_step_succeeds()
    {
        var (sandbox, tenant, http, url) = await StartAsync();
        await using var ending = sandbox;
        await using var rig = new EffectRig(database, http);
        rig.Send(tenant, EffectRig.Step("pays", new
        {
            method = "POST",
            url = $"{url}/http/charge",
            body = new { amount = "5.00" },
            headers = new Dictionary<string, string> { ["X-Fake-Scenario"] = "drop-after-commit" },
        }, "http"));
        var (_, close) = await rig.ClosedAsync();
        Assert.Equal("ch_1", close.Result!.Value.GetProperty("body").GetProperty("id").GetString());
        using var client = new HttpClient();
        using var charges = JsonDocument.Parse(await client.GetStringAsync(new Uri(sandbox.Url, "/http/charges")));
        Assert.Equal(1, charges.RootElement.GetProperty("total").GetInt32());
        Assert.Equal(2, Assert.Single(charges.RootElement.GetProperty("byKey").EnumerateObject()).Value.GetInt32());
    }
}
