using System.Globalization;

namespace Dvt.Sandbox;

/// <summary>Money taken: once per idempotency key, the first answer again for the same key and body, 409 for another body.</summary>
sealed class Charges
{
    readonly Lock gate = new();
    readonly Dictionary<string, (string Body, string Id)> byKey = [];
    readonly Dictionary<string, int> asked = [];
    int total;

    public async Task<IResult> ChargeAsync(HttpContext context)
    {
        var body = Convert.ToBase64String(await Http.ReadAsync(context));
        var key = Http.Key(context);
        lock (gate)
        {
            if (key.Length == 0)
                return Results.Json(new { id = Id(++total), status = "charged" }, statusCode: 201);
            asked[key] = asked.GetValueOrDefault(key) + 1;
            if (!byKey.TryGetValue(key, out var first))
            {
                first = byKey[key] = (body, Id(++total));
                return Results.Json(new { id = first.Id, status = "charged" }, statusCode: 201);
            }
            if (first.Body != body)
                return Results.Json(new { error = "idempotency_key_reused" }, statusCode: 409);
            context.Response.Headers["Idempotent-Replayed"] = "true";
            return Results.Json(new { id = first.Id, status = "charged" }, statusCode: 201);
        }
    }

    /// <summary><c>total</c> charges made, <c>distinct</c> keys, and how often each key was asked for.</summary>
    public IResult Total()
    {
        lock (gate)
            return Results.Json(new { total, distinct = byKey.Count, byKey = new Dictionary<string, int>(asked) });
    }

    static string Id(int n) => string.Create(CultureInfo.InvariantCulture, $"ch_{n}");
}
