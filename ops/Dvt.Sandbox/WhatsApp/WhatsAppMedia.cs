using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Dvt.Sandbox;

/// <summary>Files: uploaded, described with an address that lives five minutes, fetched from there. protocols.md §4.4.</summary>
sealed class WhatsAppMedia(WhatsAppSettings settings)
{
    static readonly TimeSpan AddressLife = TimeSpan.FromMinutes(5);

    readonly ConcurrentDictionary<string, Stored> files = new();
    readonly ConcurrentDictionary<string, (string Id, DateTimeOffset Until)> addresses = new();

    sealed record Stored(byte[] Bytes, string MimeType);

    public bool Has(string id) => files.ContainsKey(id);

    /// <returns>Its id, and the base64 SHA-256 that a notification carries.</returns>
    public (string Id, string Sha256) Keep(byte[] bytes, string mimeType)
    {
        var id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)).ToString(CultureInfo.InvariantCulture);
        files[id] = new Stored(bytes, mimeType);
        return (id, Convert.ToBase64String(SHA256.HashData(bytes)));
    }

    /// <summary>Multipart: <c>messaging_product=whatsapp</c>, <c>type</c>, <c>file</c>.</summary>
    public async Task<IResult> UploadAsync(HttpContext context)
    {
        if (Refused(settings, context) is { } refused)
            return refused;
        if (!context.Request.HasFormContentType)
            return WhatsAppErrors.Answer(100, "the body is no multipart form");
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form["messaging_product"] != "whatsapp")
            return WhatsAppErrors.Answer(100, "messaging_product must be whatsapp");
        if (form.Files["file"] is not { Length: > 0 } file)
            return WhatsAppErrors.Answer(131053, "file is required");
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, context.RequestAborted);
        var type = form["type"].FirstOrDefault() ?? file.ContentType;
        return Results.Json(new { id = Keep(bytes.ToArray(), type).Id });
    }

    public IResult Describe(string mediaId, HttpContext context)
    {
        if (Refused(settings, context) is { } refused)
            return refused;
        if (!files.TryGetValue(mediaId, out var file))
            return WhatsAppErrors.Answer(100, $"Object with ID '{mediaId}' does not exist");
        var address = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        addresses[address] = (mediaId, DateTimeOffset.UtcNow + AddressLife);
        return Results.Json(new
        {
            messaging_product = "whatsapp",
            url = $"{context.Request.Scheme}://{context.Request.Host}/whatsapp/lookaside/attachments?mid={mediaId}&hash={address}",
            mime_type = file.MimeType,
            sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Bytes)),
            file_size = file.Bytes.Length.ToString(CultureInfo.InvariantCulture),
            id = mediaId,
        });
    }

    public IResult Download(string? hash, HttpContext context)
    {
        if (Refused(settings, context) is { } refused)
            return refused;
        return addresses.TryGetValue(hash ?? "", out var found) && found.Until > DateTimeOffset.UtcNow && files.TryGetValue(found.Id, out var file)
            ? Results.Bytes(file.Bytes, file.MimeType)
            : Results.StatusCode(404);
    }

    public IResult Delete(string mediaId, HttpContext context)
    {
        if (Refused(settings, context) is { } refused)
            return refused;
        return files.TryRemove(mediaId, out _) ? Results.Json(new { success = true }) : WhatsAppErrors.Answer(100, "no such media");
    }

    /// <summary>All addresses given out so far are dead at once.</summary>
    public IResult Expire()
    {
        addresses.Clear();
        return Results.NoContent();
    }

    /// <summary>The answer for a caller without the right token.</summary>
    public static IResult? Refused(WhatsAppSettings settings, HttpContext context) =>
        !AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var given) || given.Scheme != "Bearer" || string.IsNullOrEmpty(given.Parameter)
        || (settings.Current.AccessToken is { } only && only != given.Parameter)
            ? WhatsAppErrors.Answer(190, "Invalid OAuth access token")
            : null;
}
