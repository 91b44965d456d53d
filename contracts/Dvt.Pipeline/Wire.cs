using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Pipeline;

/// <summary>How envelopes become AMQP bodies: a JSON array, so that several may share one message.</summary>
public static class Wire
{
    /// <summary>More than this in one message gains nothing and grows what a redelivery repeats.</summary>
    public const int EnvelopesPerMessage = 16;

    public static byte[] Encode(IEnumerable<Envelope> envelopes) =>
        JsonSerializer.SerializeToUtf8Bytes(envelopes, ContractsJson.Options);

    public static byte[] Encode(Envelope envelope) => Encode([envelope]);

    /// <exception cref="JsonException">The body holds no envelopes.</exception>
    public static Envelope[] Decode(ReadOnlySpan<byte> body)
    {
        var envelopes = JsonSerializer.Deserialize<Envelope[]>(body, ContractsJson.Options);
        if (envelopes is null or [] || envelopes.Any(e => e is not { Type: not null, Key: not null, Actor: not null }))
            throw new JsonException("no envelope");
        return envelopes;
    }
}
