using System.Globalization;
using System.Text.Json.Nodes;

namespace Dvt.Sandbox;

/// <summary>The errors of the Cloud API: status, title and how they look. protocols.md §4.5.</summary>
static class WhatsAppErrors
{
    static readonly Dictionary<int, (int Status, string Title)> Known = new()
    {
        [0] = (401, "AuthException"),
        [1] = (500, "API Unknown"),
        [2] = (503, "API Service"),
        [4] = (429, "API Too Many Calls"),
        [10] = (403, "Permission Denied"),
        [33] = (400, "Parameter value is not valid"),
        [100] = (400, "Invalid parameter"),
        [190] = (401, "Access token has expired"),
        [368] = (403, "Temporarily blocked for policies violations"),
        [80007] = (429, "Rate limit issues"),
        [130429] = (429, "Rate limit hit"),
        [130472] = (400, "User's number is part of an experiment"),
        [131000] = (500, "Something went wrong"),
        [131005] = (403, "Access denied"),
        [131008] = (400, "Required parameter is missing"),
        [131009] = (400, "Parameter value is not valid"),
        [131016] = (503, "Service unavailable"),
        [131021] = (400, "Recipient cannot be sender"),
        [131026] = (400, "Message undeliverable"),
        [131030] = (400, "Recipient phone number not in allowed list"),
        [131031] = (403, "Account has been locked"),
        [131042] = (402, "Business eligibility payment issue"),
        [131045] = (500, "Incorrect certificate"),
        [131047] = (400, "Re-engagement message"),
        [131049] = (400, "Message not delivered to maintain healthy ecosystem engagement"),
        [131050] = (400, "User has stopped marketing messages"),
        [131051] = (400, "Unsupported message type"),
        [131052] = (400, "Media download error"),
        [131053] = (400, "Media upload error"),
        [131056] = (429, "Pair rate limit hit"),
        [132000] = (400, "Template param count mismatch"),
        [132001] = (404, "Template does not exist"),
        [132005] = (400, "Template hydrated text too long"),
        [132007] = (400, "Template format character policy violated"),
        [132012] = (400, "Template parameter format mismatch"),
        [132015] = (400, "Template is paused"),
        [132016] = (400, "Template is disabled"),
        [133016] = (429, "Account register deregister rate limit exceeded"),
    };

    public static bool Knows(int code) => Known.ContainsKey(code);

    public static IResult Answer(int code, string details)
    {
        var (status, _) = Known[code];
        return Results.Text(Body(code, details), "application/json", statusCode: status);
    }

    /// <summary>What a knob's status looks like here.</summary>
    public static (string ContentType, string Body) Of(int status) =>
        ("application/json", Body(status switch { 429 => 130429, 401 => 190, 403 => 10, 503 => 131016, >= 500 => 131000, _ => 100 }, "as the sandbox was told"));

    /// <summary>As in a failed status.</summary>
    public static JsonObject Status(int code, string details) => new()
    {
        ["code"] = code,
        ["title"] = Known[code].Title,
        ["message"] = Known[code].Title,
        ["error_data"] = new JsonObject { ["details"] = details },
        ["href"] = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    };

    static string Body(int code, string details) => new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["message"] = string.Create(CultureInfo.InvariantCulture, $"(#{code}) {Known[code].Title}"),
            ["type"] = "OAuthException",
            ["code"] = code,
            ["error_data"] = new JsonObject { ["messaging_product"] = "whatsapp", ["details"] = details },
            ["error_subcode"] = 2494055,
            ["fbtrace_id"] = "A" + Guid.NewGuid().ToString("n")[..20],
        },
    }.ToJsonString();
}
