using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dvt.Bench;

/// <summary>
/// Endpoints that our API is compared with, each in a process of its own: one that answers nothing, one that verifies
/// the same kind of token with every request and parses the same body but queues nothing, and one that does so and
/// remembers tokens the way our API does.
/// </summary>
static class Counterparts
{
    public const string Empty = "empty";
    public const string Verifying = "verifying";
    public const string Remembering = "remembering";

    const string KeyVariable = "DVT_BENCH_PUBLIC_KEY";

    /// <summary>This program again, as the server.</summary>
    /// <param name="publicKey">Base64 of the SubjectPublicKeyInfo that verifies tokens.</param>
    public static async Task<RoleProcess> StartAsync(Session session, string mode, CancellationToken stop, string publicKey = "")
    {
        var server = RoleProcess.Start($"counterpart-{mode}", typeof(Counterparts).Assembly.Location, session.LogFolder,
            new Dictionary<string, string> { [KeyVariable] = publicKey }, "serve", mode);
        await server.ReadyAsync("/", stop);
        return server;
    }

    public static async Task<int> ServeAsync(string mode)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.MapGet("/", static () => Results.Ok());
        if (mode != Empty)
            app.MapPost("/v1/runs", new VerifyingEndpoint(Environment.GetEnvironmentVariable(KeyVariable)!, remembers: mode == Remembering).AnswerAsync);
        await app.RunAsync();
        return 0;
    }

    public static byte[] Request(string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");

    public static byte[] Post(string path, string token, ReadOnlySpan<byte> body)
    {
        var head = $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}

/// <summary>The least that a command endpoint has to do.</summary>
sealed class VerifyingEndpoint(string publicKey, bool remembers)
{
    readonly ECDsa key = KeyOf(publicKey);
    readonly ConcurrentDictionary<string, long> verified = new();

    public async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization.ToString() is not { Length: > 7 } bearer || !IsValid(bearer[7..]))
        {
            http.Response.StatusCode = 401;
            return;
        }
        using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var planId = body.RootElement.GetProperty("planRef").GetProperty("planId").GetString();
        http.Response.StatusCode = 202;
        await http.Response.WriteAsJsonAsync(new { commandId = Guid.CreateVersion7(), status = "accepted", resource = new { type = "run", id = planId } });
    }

    static ECDsa KeyOf(string publicKey)
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
        return key;
    }

    bool IsValid(string token) => remembers ? WasValid(token) : IsSigned(token);

    /// <summary>As in the API: by digest, the signature once, the validity for some seconds.</summary>
    bool WasValid(string token)
    {
        var print = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        if (verified.TryGetValue(print, out var until) && Environment.TickCount64 < until)
            return true;
        if (!IsSigned(token))
            return false;
        verified[print] = Environment.TickCount64 + 5_000;
        return true;
    }

    bool IsSigned(string token)
    {
        var end = token.LastIndexOf('.');
        var signature = System.Buffers.Text.Base64Url.DecodeFromChars(token.AsSpan(end + 1));
        return key.VerifyData(Encoding.ASCII.GetBytes(token, 0, end), signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
