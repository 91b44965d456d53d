using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Dvt.Api;

/// <summary>
/// The dashboard's files, read once: served as they were compressed when they were built. A path that the application
/// knows by itself, such as <c>/runs/7</c>, gets its one page.
/// </summary>
sealed class Dashboard
{
    /// <summary>Everything comes from here; nothing inline runs. Styles set by script are not inline ones.</summary>
    const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>What belongs to the API, whether or not there is such an endpoint.</summary>
    static readonly string[] OfTheApi = ["/v1", "/openapi", "/docs", "/healthz", "/readyz", "/metrics", "/.well-known"];

    static readonly FrozenDictionary<string, string> MediaTypes = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".webmanifest"] = "application/manifest+json",
    }.ToFrozenDictionary();

    readonly FrozenDictionary<string, Asset> assets;
    readonly Asset? page;

    Dashboard(FrozenDictionary<string, Asset> assets)
    {
        this.assets = assets;
        page = assets.GetValueOrDefault("/index.html");
    }

    /// <param name="folder">What <c>ops/build-dashboard</c> wrote; a folder that is not there serves nothing.</param>
    public static Dashboard Read(string folder)
    {
        var assets = new Dictionary<string, Asset>(StringComparer.Ordinal);
        if (Directory.Exists(folder))
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                if (MediaTypes.TryGetValue(Path.GetExtension(file), out var mediaType))
                    assets["/" + Path.GetRelativePath(folder, file).Replace('\\', '/')] = Asset.Read(file, mediaType);
        return new(assets.ToFrozenDictionary(StringComparer.Ordinal));
    }

    public Task ServeAsync(HttpContext http, RequestDelegate next) => Find(http.Request) is { } asset ? asset.WriteAsync(http, Policy) : next(http);

    Asset? Find(HttpRequest request)
    {
        if (page is null || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) || OfTheApi.Any(p => request.Path.StartsWithSegments(p, StringComparison.Ordinal)))
            return null;
        if (assets.GetValueOrDefault(request.Path.Value!) is { } asset)
            return asset;
        return request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal) ? page : null;
    }

    sealed record Asset(string MediaType, bool IsForever, EntityTagHeaderValue Tag, byte[] Plain, byte[]? Gzip, byte[]? Brotli)
    {
        public static Asset Read(string file, string mediaType)
        {
            var plain = File.ReadAllBytes(file);
            return new(
                mediaType,
                // Vite names what lies there after its content.
                IsForever: Path.GetFileName(Path.GetDirectoryName(file)) == "assets",
                new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(plain))[..32]}\""),
                plain, Packed(file + ".gz"), Packed(file + ".br"));
        }

        static byte[]? Packed(string file) => File.Exists(file) ? File.ReadAllBytes(file) : null;

        public async Task WriteAsync(HttpContext http, string policy)
        {
            var headers = http.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.CacheControl = IsForever ? "public, max-age=31536000, immutable" : "no-cache";
            headers.Vary = HeaderNames.AcceptEncoding;
            headers.ETag = Tag.ToString();
            if (http.Request.Headers.IfNoneMatch.ToString().Contains(Tag.Tag.ToString(), StringComparison.Ordinal))
            {
                http.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
            var (body, encoding) = Choose(http.Request.Headers.AcceptEncoding.ToString());
            headers.ContentEncoding = encoding;
            http.Response.ContentType = MediaType;
            http.Response.ContentLength = body.Length;
            if (!HttpMethods.IsHead(http.Request.Method))
                await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
        }

        (byte[] Body, string? Encoding) Choose(string accepted) =>
            Brotli is not null && accepted.Contains("br", StringComparison.Ordinal) ? (Brotli, "br")
            : Gzip is not null && accepted.Contains("gzip", StringComparison.Ordinal) ? (Gzip, "gzip")
            : (Plain, null);
    }
}
