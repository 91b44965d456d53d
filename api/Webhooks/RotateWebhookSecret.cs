using System.Security.Cryptography;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.ReadModels;
using MediatR;
using Npgsql;

namespace Dvt.Api;

/// <summary>Makes and wraps the secrets that sign webhooks. They leave this process in one answer and, wrapped, for the database only.</summary>
sealed class WebhookSecrets(ApiKeySecrets keys, KeyWrap wrap)
{
    /// <summary>Fresh, or for a keyed request the one that a retry of it makes again.</summary>
    public Task<byte[]> MakeAsync(RequestIds ids, CancellationToken stop) => keys.BytesAsync("new webhook secret", ids, stop);

    public byte[] Wrap(Guid endpointId, byte[] secret) => wrap.Wrap(WebhookSignature.WrapName(endpointId), secret);

    public bool Same(Guid endpointId, byte[]? wrapped, byte[] secret) =>
        wrapped is not null && CryptographicOperations.FixedTimeEquals(wrap.Unwrap(WebhookSignature.WrapName(endpointId), wrapped), secret);
}

/// <param name="Secret">Shown this once.</param>
/// <param name="OverlapUntil">Until then the secrets before sign as well.</param>
sealed record WebhookSecretMade(string Secret, DateTimeOffset OverlapUntil);

sealed record RotateWebhookSecret(Caller Caller, Guid EndpointId, TimeSpan Overlap, RequestIds Ids) : IOrder, IRequest<WebhookSecretMade>
{
    public string Permission => Api.Permission.ManageWebhooks;
}

sealed class RotateWebhookSecretHandler(
    IdentityWriter writer, WebhookTable table, WebhookQueries queries, WebhookSecrets secrets, TimeProvider clock) : IRequestHandler<RotateWebhookSecret, WebhookSecretMade>
{
    public async Task<WebhookSecretMade> Handle(RotateWebhookSecret request, CancellationToken cancellationToken)
    {
        Guid tenantId = request.Caller.TenantId, endpointId = request.EndpointId, secretId = request.Ids.KeyId;
        var known = await queries.EndpointAsync(tenantId, endpointId, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
        var secret = await secrets.MakeAsync(request.Ids, cancellationToken);
        var until = clock.GetUtcNow() + request.Overlap;
        try
        {
            await writer.WriteAsync(tenantId, request.Caller.Actor, request.Ids.CommandId,
                [
                    // First the insert: a repetition ends there and shortens nothing.
                    WebhookTable.InsertSecret(tenantId, endpointId, secretId, secrets.Wrap(endpointId, secret)),
                    WebhookTable.LimitSecrets(tenantId, endpointId, secretId, until),
                    WebhookTable.Change(tenantId, known),
                ],
                cancellationToken, ($"webhook-{endpointId}", known.Revision + 1, new WebhookSecretRotated(endpointId, until)));
        }
        catch (PostgresException taken) when (taken.SqlState is "DV002" or PostgresErrorCodes.UniqueViolation)
        {
            var stored = await table.SecretAsync(tenantId, endpointId, secretId, cancellationToken);
            if (stored is null)
                throw new ProblemException(Problems.PreconditionFailed, "The endpoint was changed by someone else at the same time.");
            if (!secrets.Same(endpointId, stored, secret))
                throw RequestIds.Reused();
        }
        return new(WebhookSignature.Text(secret), until);
    }
}
