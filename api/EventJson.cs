using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Api;

/// <summary>The one place where an event of the API becomes JSON: personal data leaves it encrypted per person.</summary>
sealed class EventJson(ApiOptions options)
{
    readonly PersonalDataCodec codec = new(Convert.FromBase64String(options.KeyEncryptionKey));

    public Task<string> OfAsync(IEvent happened, Guid tenantId, NpgsqlConnection connection, CancellationToken stop) =>
        codec.EncodeAsync(happened, tenantId, connection, transaction: null, stop);
}
