using System.Buffers;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Pipeline;

/// <summary>How envelopes become AMQP bodies: a JSON array, so that several may share one message.</summary>
public static class Wire
{
    /// <summary>More than this in one message gains nothing and grows what a redelivery repeats.</summary>
    public const int EnvelopesPerMessage = 16;

    /// <summary>A message takes no further envelope from here on; one alone may be larger.</summary>
    const int BytesPerMessage = 256 * 1024;

    public static byte[] Encode(IEnumerable<Envelope> envelopes) =>
        JsonSerializer.SerializeToUtf8Bytes(envelopes, ContractsJson.Options);

    public static byte[] Encode(Envelope envelope) => Encode([envelope]);

    /// <summary>Envelopes as few bodies, in order.</summary>
    public static IEnumerable<(byte[] Body, int Envelopes)> Pack(IEnumerable<Envelope> envelopes)
    {
        var body = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(body, WriterOptions);
        var count = 0;
        foreach (var envelope in envelopes)
        {
            if (count == 0)
                writer.WriteStartArray();
            JsonSerializer.Serialize(writer, envelope, ContractsJson.Options);
            if (++count < EnvelopesPerMessage && writer.BytesCommitted + writer.BytesPending < BytesPerMessage)
                continue;
            yield return (End(), count);
            count = 0;
        }
        if (count > 0)
            yield return (End(), count);

        byte[] End()
        {
            writer.WriteEndArray();
            writer.Flush();
            var packed = body.WrittenSpan.ToArray();
            body.ResetWrittenCount();
            writer.Reset();
            return packed;
        }
    }

    static readonly JsonWriterOptions WriterOptions = new() { Encoder = ContractsJson.Options.Encoder, MaxDepth = ContractsJson.Options.MaxDepth, SkipValidation = true };

    /// <exception cref="JsonException">The body holds no envelopes.</exception>
    public static Envelope[] Decode(ReadOnlySpan<byte> body)
    {
        var envelopes = JsonSerializer.Deserialize<Envelope[]>(body, ContractsJson.Options);
        if (envelopes is null or [] || envelopes.Any(e => e is not { Type: not null, Key: not null, Actor: not null }))
            throw new JsonException("no envelope");
        return envelopes;
    }
}
