using System.Collections.Concurrent;
using System.Text;

namespace Dvt.Sandbox;

/// <summary>Takes what was decided on the page and tells the application, again until it answers.</summary>
sealed class PaymentTill(IConfiguration configuration, Journal journal)
{
    const int MostAttempts = 8;

    readonly HttpClient http = Loopback.Client();
    readonly ConcurrentQueue<object> told = new();
    PaymentSettings settings = new(configuration["Sandbox:PaymentsApiUrl"], configuration["Sandbox:PaymentsApiKey"]);

    /// <summary>The settings without the keys.</summary>
    public object Shown => new { settings.ApiUrl, hasKey = settings.ApiKey is not null, accounts = settings.ApiKeys?.Keys.ToArray() ?? [], settings.Duplicates, settings.DelayMs };

    public IResult Set(PaymentSettings wanted)
    {
        if (wanted.ApiUrl is not null && !Loopback.Is(wanted.ApiUrl))
            return Results.BadRequest("apiUrl is a loopback address, by number");
        // Each tenant tells its own key, and none the others'.
        var keys = new Dictionary<string, string>(settings.ApiKeys ?? []);
        foreach (var (account, key) in wanted.ApiKeys ?? [])
            keys[account] = key;
        settings = wanted with { ApiUrl = wanted.ApiUrl ?? settings.ApiUrl, ApiKey = wanted.ApiKey ?? settings.ApiKey, ApiKeys = keys };
        return Results.NoContent();
    }

    /// <summary><c>{payments:[{code, paymentId, status, answer}]}</c>.</summary>
    public IResult List() => Results.Json(new { payments = told.ToArray() });

    /// <summary>The form of the page: <c>action</c> is <c>pay</c>, <c>fail</c> or <c>pending</c>.</summary>
    public async Task<IResult> DecideAsync(string code, HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var status = form["action"].ToString() switch { "pay" => "approved", "fail" => "rejected", "pending" => "pending", _ => null };
        if (status is null || form["paymentId"].ToString() is not { Length: > 0 } paymentId)
            return Results.BadRequest("action is pay, fail or pending; paymentId is the form's");
        var payment = new PaymentForm(code, form["amount"].ToString(), form["currency"].ToString(), form["lang"].ToString(), form["account"].FirstOrDefault(a => a?.Length > 0), paymentId);
        if (settings.DelayMs > 0)
        {
            _ = Task.Run(() => TellAsync(payment, status));
            return PaymentPage.Tell(payment, status, answer: null);
        }
        return PaymentPage.Tell(payment, status, await TellAsync(payment, status));
    }

    /// <returns>The status of the last answer; 0 when nobody answered.</returns>
    async Task<int> TellAsync(PaymentForm payment, string status)
    {
        await Task.Delay(settings.DelayMs);
        var answer = 0;
        for (var copy = 0; copy <= settings.Duplicates; copy++)
            for (var attempt = 1; attempt <= MostAttempts; attempt++)
            {
                answer = await PostAsync(payment, status);
                if (answer is not 0 and not 429 and < 500)
                    break;
                await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt));
            }
        told.Enqueue(new { code = payment.Code, paymentId = payment.PaymentId, status, answer });
        return answer;
    }

    async Task<int> PostAsync(PaymentForm payment, string status)
    {
        var now = settings;
        var key = payment.Account is { } account && now.ApiKeys?.GetValueOrDefault(account) is { } own ? own : now.ApiKey;
        if (now.ApiUrl is null || key is null)
            return 0;
        var path = $"/v1/bookings/{Uri.EscapeDataString(payment.Code)}/payments";
        using var request = new HttpRequestMessage(HttpMethod.Post, now.ApiUrl.TrimEnd('/') + path)
        {
            Content = new StringContent(payment.Body(status), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Api-Key", key);
        request.Headers.Add("Idempotency-Key", $"{payment.PaymentId}:{status}");
        request.Headers.Add("Prefer", "wait=10");
        var answer = 0;
        try
        {
            using var response = await http.SendAsync(request);
            answer = (int)response.StatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            answer = 0; // Nobody is there; it is said again.
        }
        journal.Add("payments", "POST", path, "", payment.PaymentId, payment.Body(status), answer, fault: null);
        return answer;
    }
}
