using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Api;

/// <summary>What keeps calendars private: addresses that are secrets of other platforms, and the tokens of our own.</summary>
sealed class CalendarSecrets(ApiKeySecrets keys, KeyWrap wrap)
{
    /// <summary>43 url-safe characters.</summary>
    public async Task<string> MakeTokenAsync(string purpose, RequestIds ids, CancellationToken stop) =>
        Base64Url.EncodeToString(await keys.BytesAsync($"calendar token {purpose}", ids, stop));

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public byte[] WrapToken(Guid unitId, string channel, string token) => wrap.Wrap(CalendarUrls.WrapName(unitId, channel), Encoding.UTF8.GetBytes(token));

    public string ReadToken(Guid unitId, string channel, byte[] wrapped) => Encoding.UTF8.GetString(wrap.Unwrap(CalendarUrls.WrapName(unitId, channel), wrapped));

    public byte[] WrapUrl(Guid calendarId, string url) => wrap.Wrap(CalendarUrls.WrapName(calendarId), Encoding.UTF8.GetBytes(url));

    public string UrlOf(Guid calendarId, byte[] wrapped) => Encoding.UTF8.GetString(wrap.Unwrap(CalendarUrls.WrapName(calendarId), wrapped));

    /// <summary>Without its query, which is where platforms put their secret.</summary>
    public string MaskedUrl(Guid calendarId, byte[] wrapped)
    {
        var url = new Uri(UrlOf(calendarId, wrapped));
        return url.Query.Length > 0 ? $"{url.GetLeftPart(UriPartial.Path)}?…" : url.AbsoluteUri;
    }
}
