using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Dvt.Sandbox;

/// <summary>
/// Tells the application: signed, in order unless told otherwise, and again with growing pauses until it answers 2xx.
/// </summary>
sealed class WhatsAppWebhooks
{
    const int MostAttempts = 12;
    const int Kept = 2_000;
    static readonly TimeSpan GatherTime = TimeSpan.FromSeconds(1);

    readonly WhatsAppSettings settings;
    readonly CancellationToken stop;
    readonly HttpClient http = Loopback.Client();
    readonly Channel<byte[]> waiting = Channel.CreateUnbounded<byte[]>();
    readonly Lock gate = new();
    readonly Queue<Delivery> deliveries = new();
    int last;

    public WhatsAppWebhooks(WhatsAppSettings settings, CancellationToken stop)
    {
        (this.settings, this.stop) = (settings, stop);
        _ = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <param name="Status">Of the answer; 0 when there was none.</param>
    sealed record Delivery(int N, DateTimeOffset At, int Attempt, int Status, string Signature, string Body);

    public void Message(string phoneNumberId, string name, string from, JsonObject message) => Notify(phoneNumberId, new()
    {
        ["contacts"] = new JsonArray(new JsonObject { ["profile"] = new JsonObject { ["name"] = name }, ["wa_id"] = from }),
        ["messages"] = new JsonArray(message),
    });

    public void Status(string phoneNumberId, JsonObject status) => Notify(phoneNumberId, new() { ["statuses"] = new JsonArray(status) });

    void Notify(string phoneNumberId, JsonObject what)
    {
        var now = settings.Current;
        var value = new JsonObject
        {
            ["messaging_product"] = "whatsapp",
            ["metadata"] = new JsonObject { ["display_phone_number"] = now.DisplayPhoneNumber, ["phone_number_id"] = phoneNumberId },
        };
        foreach (var (key, part) in what)
            value[key] = part?.DeepClone();
        waiting.Writer.TryWrite(MetaJson.Write(new JsonObject
        {
            ["object"] = "whatsapp_business_account",
            ["entry"] = new JsonArray(new JsonObject
            {
                ["id"] = now.BusinessAccountId,
                ["changes"] = new JsonArray(new JsonObject { ["field"] = "messages", ["value"] = value }),
            }),
        }));
    }

    async Task RunAsync()
    {
        try
        {
            while (await waiting.Reader.WaitToReadAsync(stop))
                foreach (var body in await GatherAsync())
                    for (var copy = 0; copy <= settings.Current.Duplicates; copy++)
                        if (!await PostAsync(body, attempt: 1))
                            _ = Task.Run(() => AgainAsync(body), CancellationToken.None);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The sandbox ends.
        }
    }

    /// <summary>The next one, or as many as are to change places, the last first.</summary>
    async Task<List<byte[]>> GatherAsync()
    {
        var gathered = new List<byte[]>();
        var most = Math.Max(1, settings.Current.Reorder);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(GatherTime);
        try
        {
            while (gathered.Count < most)
                gathered.Add(await waiting.Reader.ReadAsync(most == 1 ? stop : patience.Token));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // No more came in time; those gathered go.
        }
        gathered.Reverse();
        return gathered;
    }

    async Task AgainAsync(byte[] body)
    {
        try
        {
            for (var attempt = 2; attempt <= MostAttempts; attempt++)
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, attempt - 2))), stop);
                if (await PostAsync(body, attempt))
                    return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The sandbox ends.
        }
    }

    async Task<bool> PostAsync(byte[] body, int attempt)
    {
        var now = settings.Current;
        if (now.WebhookUrl is not { } url)
            return true;
        var signature = MetaJson.Sign(settings.TakeBadSignature() ? now.AppSecret + "?" : now.AppSecret, body);
        var status = 0;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.TryAddWithoutValidation("X-Hub-Signature-256", signature);
            using var response = await http.SendAsync(request, stop);
            status = (int)response.StatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            status = 0; // Nobody is there, or it answers too late.
        }
        lock (gate)
        {
            deliveries.Enqueue(new Delivery(++last, DateTimeOffset.UtcNow, attempt, status, signature, Encoding.ASCII.GetString(body)));
            if (deliveries.Count > Kept)
                deliveries.Dequeue();
        }
        return status is >= 200 and < 300;
    }

    /// <summary>Every attempt: <c>{deliveries:[{n, at, attempt, status, signature, body}]}</c>.</summary>
    public IResult Show()
    {
        lock (gate)
            return Results.Json(new { deliveries = deliveries.ToArray() });
    }

    /// <summary>Asks the application to prove that it knows the verify token, as Meta does when a webhook is set up.</summary>
    public async Task<IResult> VerifyAsync(CancellationToken cancellation)
    {
        var now = settings.Current;
        if (now.WebhookUrl is not { } url)
            return Results.BadRequest("no webhookUrl is set");
        var challenge = Random.Shared.Next(1_000_000, int.MaxValue).ToString(CultureInfo.InvariantCulture);
        using var response = await http.GetAsync(
            new Uri($"{url}?hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token={Uri.EscapeDataString(now.VerifyToken)}"), cancellation);
        var body = await response.Content.ReadAsStringAsync(cancellation);
        return Results.Json(new { verified = response.IsSuccessStatusCode && body == challenge, status = (int)response.StatusCode });
    }

    /// <summary>Sends these bytes, signed, once: for what no guest would send.</summary>
    public async Task<IResult> SendRawAsync(HttpContext context)
    {
        var sent = await PostAsync(await Http.ReadAsync(context), attempt: 1);
        return Results.Json(new { accepted = sent });
    }
}
