using System.Globalization;
using Dvt.Contracts;
using MediatR;
using Npgsql;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

static class ApiKeys
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/api-keys", Permission.ReadKeys, List, "List the API keys of the tenant, without the keys themselves") with { Answer = "ApiKeyList", Lists = true },
        Post("/v1/api-keys", Permission.ManageKeys, Create, "Create an API key; the answer shows it this once") with
        {
            Body = "NewApiKey", Answer = "ApiKey", Status = 201, Problems = [Problems.IdempotencyKeyReused, Problems.AlreadyExists],
            Example = """{"name":"nightly import","roles":["operator"],"expiresAt":"2030-01-01T00:00:00Z"}""",
        },
        Delete("/v1/api-keys/{apiKeyId}", Permission.ManageKeys, Revoke, "Revoke an API key; it stops working at once, at other processes of the API within 5 seconds") with
        {
            Status = 204, Problems = [Problems.NotFound],
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var limit = call.Limit();
        var rows = await call.Backend.Identity.KeysAsync(call.Caller.TenantId, Cursors.Parse(call.Query("cursor")), limit + 1, call.Stop);
        await call.JsonAsync(Cursors.Page(rows, limit, k => Cursors.Of(k.CreatedAt, k.ApiKeyId)));
    }

    static async Task Create(Call call)
    {
        var body = await call.BodyAsync();
        var expiresAt = body.Text("expiresAt") is not { } text ? (DateTimeOffset?)null
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
            : throw new ProblemException(Problems.ValidationFailed, faults: [new("/expiresAt", "format", "is no RFC 3339 time")]);
        var userId = body.Text("userId") is { } id ? Guid.Parse(id) : call.Caller.UserId;
        var made = await call.Backend.Mediator.Send(
            new CreateApiKey(call.Caller, userId, body.Text("name")!, body.Texts("roles"), expiresAt, call.Backend.Clock.GetUtcNow(), body.Ids), call.Stop);
        call.Http.Response.Headers.Location = $"/v1/api-keys/{made.ApiKeyId}";
        await call.JsonAsync(made, status: 201);
    }

    static async Task Revoke(Call call)
    {
        await call.Backend.Mediator.Send(new RevokeApiKey(call.Caller, call.RouteId("apiKeyId")), call.Stop);
        await call.NoContentAsync();
    }
}

sealed record CreateApiKey(
    Caller Caller, Guid? UserId, string Name, IReadOnlyList<string> Roles, DateTimeOffset? ExpiresAt, DateTimeOffset Now, RequestIds Ids) : IOrder, IRequest<ApiKeyMade>
{
    public string Permission => Api.Permission.ManageKeys;

    public IEnumerable<Fault> Faults()
    {
        if (UserId is null)
            yield return new("/userId", "required", "is needed, since you are no user of this installation");
        if (ExpiresAt <= Now)
            yield return new("/expiresAt", "in_the_past", "must lie in the future");
    }
}

sealed record ApiKeyMade(
    Guid ApiKeyId, Guid UserId, string Name, string Prefix, IReadOnlyList<string> Roles, DateTimeOffset? ExpiresAt, string ApiKey);

sealed class CreateApiKeyHandler(IdentityWriter writer, IdentityTable table, ApiKeySecrets secrets) : IRequestHandler<CreateApiKey, ApiKeyMade>
{
    public async Task<ApiKeyMade> Handle(CreateApiKey request, CancellationToken cancellationToken)
    {
        Guid tenantId = request.Caller.TenantId, keyId = request.Ids.KeyId, userId = request.UserId!.Value;
        var user = await table.UserAsync(tenantId, userId, cancellationToken)
            ?? throw Invalid("/userId", "unknown_user", "the tenant has no such user");
        if (request.Roles.Except(user.Roles).ToList() is { Count: > 0 } foreign)
            throw Invalid("/roles", "role_not_of_user", $"the user is no {string.Join(", ", foreign)}");
        if (RoleFaults.Of(request.Caller, request.Roles.Count > 0 ? request.Roles : user.Roles).FirstOrDefault() is { } fault)
            throw new ProblemException(Problems.ValidationFailed, faults: [fault]);
        var apiKey = await secrets.MakeAsync(request.Ids, cancellationToken);
        var prefix = apiKey[..ApiKeySecrets.Shown];
        try
        {
            await writer.WriteAsync(tenantId, request.Caller.Actor, request.Ids.CommandId,
                [IdentityTable.InsertKey(tenantId, keyId, userId, request.Name, await secrets.HashAsync(apiKey, cancellationToken), prefix, request.Roles, request.ExpiresAt)],
                cancellationToken, ($"key-{keyId}", 1, new ApiKeyCreated(keyId, userId, request.Name, request.Roles, request.ExpiresAt)));
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await Repeated.CheckAsync(table, tenantId, $"key-{keyId}", request.Ids, "This key exists already.", cancellationToken);
        }
        return new(keyId, userId, request.Name, prefix, request.Roles, request.ExpiresAt, apiKey);
    }

    static ProblemException Invalid(string pointer, string code, string message) =>
        new(Problems.ValidationFailed, message, [new(pointer, code, message)]);
}

sealed record RevokeApiKey(Caller Caller, Guid ApiKeyId) : IOrder, IRequest<Unit>
{
    public string Permission => Api.Permission.ManageKeys;
}

sealed class RevokeApiKeyHandler(IdentityWriter writer, IdentityTable table, Authentication authentication) : IRequestHandler<RevokeApiKey, Unit>
{
    public async Task<Unit> Handle(RevokeApiKey request, CancellationToken cancellationToken)
    {
        var tenantId = request.Caller.TenantId;
        var known = await table.KeyAsync(tenantId, request.ApiKeyId, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
        if (known.RevokedAt is not null)
            return Unit.Value;
        try
        {
            await writer.WriteAsync(tenantId, request.Caller.Actor, commandId: null, [IdentityTable.RevokeKey(tenantId, request.ApiKeyId)],
                cancellationToken, ($"key-{request.ApiKeyId}", 2, new ApiKeyRevoked(request.ApiKeyId)));
        }
        catch (PostgresException twice) when (twice.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Someone else revoked it in the same moment, which is what was wanted.
        }
        authentication.Doubt(tenantId, request.ApiKeyId);
        return Unit.Value;
    }
}
