using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dvt.Tests.Sandbox;

/// <summary>The page behind a payment link tells the application what was decided.</summary>
public sealed class PaymentPageTests
{
    sealed record Told(string Code, string Key, JsonElement Body);

    static async Task<(WebApplication App, ConcurrentQueue<Told> Told)> ApplicationAsync(int failures = 0)
    {
        var told = new ConcurrentQueue<Told>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/v1/bookings/{code}/payments", (string code, JsonElement body, HttpContext context) =>
        {
            told.Enqueue(new Told(code, context.Request.Headers["X-Api-Key"].ToString(), body));
            return Results.StatusCode(told.Count <= failures ? 503 : 202);
        });
        await app.StartAsync();
        return (app, told);
    }

    static async Task<string> DecideAsync(Rig rig, string page, string action)
    {
        var fields = Regex.Matches(page, """name="(?<name>\w+)" value="(?<value>[^"]*)">""").Where(m => m.Groups["name"].Value != "action")
            .ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value);
        fields["action"] = action;
        using var form = new FormUrlEncodedContent(fields);
        using var response = await rig.Http.PostAsync(new Uri("/payments/RES270110ABCDEF", UriKind.Relative), form);
        return await response.Content.ReadAsStringAsync();
    }

    [Theory]
    [InlineData("es", "pay", "approved", "Pago aprobado")]
    [InlineData("es", "fail", "rejected", "rechazado")]
    [InlineData("en", "pending", "pending", "pending")]
    public async Task A_press_is_one_payment_however_often(string language, string action, string status, string says)
    {
        var (app, told) = await ApplicationAsync(failures: 1);
        await using var ending = app;
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/payments/settings", $$$"""{"apiUrl":"{{{app.Urls.First()}}}","apiKey":"k","apiKeys":{"other":"k2"}}""");
        var page = await rig.Http.GetStringAsync(new Uri($"/payments/RES270110ABCDEF?amount=150.00&currency=DOP&lang={language}", UriKind.Relative));
        Assert.Contains("DOP 150.00", page, StringComparison.Ordinal);
        Assert.Contains(says, await DecideAsync(rig, page, action), StringComparison.Ordinal);
        await DecideAsync(rig, page, action);
        Assert.Equal(3, told.Count); // One that failed, one again, one for the second press.
        Assert.Single(told.Select(t => t.Body.GetRawText()).Distinct());
        var payment = told.First();
        Assert.Equal(("RES270110ABCDEF", "k", status, "150.00"), (payment.Code, payment.Key, payment.Body.GetProperty("status").GetString(),
            payment.Body.GetProperty("amount").GetProperty("amount").GetString()));
    }

    [Fact]
    public async Task A_pending_payment_is_approved_later_under_its_id()
    {
        var (app, told) = await ApplicationAsync();
        await using var ending = app;
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/payments/settings", $$"""{"apiUrl":"{{app.Urls.First()}}","apiKey":"k"}""");
        var page = await rig.Http.GetStringAsync(new Uri("/payments/RES270110ABCDEF?amount=1.00", UriKind.Relative));
        var pending = await DecideAsync(rig, page, "pending");
        await DecideAsync(rig, pending, "pay");
        Assert.Equal(["pending", "approved"], told.Select(t => t.Body.GetProperty("status").GetString()));
        Assert.Single(told.Select(t => t.Body.GetProperty("paymentId").GetString()).Distinct());
    }

    [Fact]
    public async Task Each_tenant_is_told_with_its_own_key()
    {
        var (app, told) = await ApplicationAsync();
        await using var ending = app;
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/payments/settings", $$$"""{"apiUrl":"{{{app.Urls.First()}}}","apiKey":"k","apiKeys":{"one":"k1"}}""");
        await rig.PutAsync("/payments/settings", """{"apiKeys":{"other":"k2"}}""");
        foreach (var account in (string[])["one", "other", "neither"])
            await DecideAsync(rig, await rig.Http.GetStringAsync(new Uri($"/payments/RES270110ABCDEF?amount=1.00&account={account}", UriKind.Relative)), "pay");
        Assert.Equal(["k1", "k2", "k"], told.Select(t => t.Key));
    }

    [Fact]
    public async Task What_stands_in_the_link_is_text_on_the_page()
    {
        await using var rig = await Rig.StartAsync();
        var page = await rig.Http.GetStringAsync(new Uri("/payments/RES1?amount=%3Cscript%3E&currency=%22%3E", UriKind.Relative));
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.Equal(400, (await rig.SendAsync(HttpMethod.Put, "/payments/settings", """{"apiUrl":"https://example.org"}""")).Status);
    }
}
