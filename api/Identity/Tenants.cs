using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Schedules;
using MediatR;
using Npgsql;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

static class Tenants
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/tenants", Permission.ManageTenants, Create, "Create a tenant with its first administrator") with
        {
            Body = "NewTenant", Answer = "TenantMade", Status = 201, Problems = [Problems.AlreadyExists, Problems.IdempotencyKeyReused],
            Example = """{"slug":"sunrise","name":"Sunrise Cabins","adminEmail":"ana@sunrise.example"}""",
            AnswerExample = """{"tenantId":"0197a3c4-0000-7000-8000-000000000001","slug":"sunrise","adminEmail":"ana@sunrise.example","apiKey":"dvt_…"}""",
        },
        Get("/v1/tenants", Permission.ManageTenants, List, "List tenants") with { Answer = "TenantList", Lists = true },
        Patch("/v1/tenants/{tenantId}", Permission.ManageTenants, Change, "Change quotas, name, suspension, the hosts inside that http steps may reach, which signals need a second person, when histories are archived and deleted, or its time zone") with
        {
            Body = "TenantChange", Answer = "Tenant", Matches = true, Problems = [Problems.NotFound],
            Example = """{"suspended":false,"quota":{"requestsPerSecond":100,"burst":200},"httpAllow":["crm.internal:8443"],"retention":{"archiveAfterDays":90,"deleteAfterDays":2555}}""",
        },
    ];

    static async Task Create(Call call)
    {
        var body = await call.BodyAsync();
        var made = await call.Backend.Mediator.Send(
            new CreateTenant(call.Caller, body.Text("slug")!, body.Text("name")!, Users.Normal(body.Text("adminEmail")!), body.Ids), call.Stop);
        call.Position(made.Position);
        call.Http.Response.Headers.Location = $"/v1/tenants/{made.TenantId}";
        await call.JsonAsync(new { made.TenantId, made.Slug, made.AdminEmail, made.ApiKey }, status: 201);
    }

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var limit = call.Limit();
        var rows = await call.Backend.Identity.TenantsAsync(Cursors.Parse(call.Query("cursor")), limit + 1, call.Stop);
        await call.JsonAsync(Cursors.Page(rows, limit, t => Cursors.Of(t.CreatedAt, t.TenantId)));
    }

    static async Task Change(Call call)
    {
        var body = await call.BodyAsync();
        var quota = body.Element("quota") is { } given ? ContractsJson.Read<TenantQuota>(given) : null;
        var suspended = body.Element("suspended")?.GetBoolean();
        var httpAllow = body.Element("httpAllow") is null ? null : body.Texts("httpAllow");
        var changed = await call.Backend.Mediator.Send(
            new ChangeTenant(
                call.Caller, call.RouteId("tenantId"), body.Text("name"), suspended, quota, httpAllow, PolicyOf(body),
                body.Element("retention") is { } retention ? ContractsJson.Read<TenantRetention>(retention) : null, ZoneOf(body), call.IfMatch(), body.Ids), call.Stop);
        call.Tag(changed.Revision);
        await call.JsonAsync(changed);
    }

    static string? ZoneOf(RequestBody body) => body.Text("timeZone") is not { } zone || Occurrences.TryZone(zone, out _)
        ? body.Text("timeZone")
        : throw new ProblemException(Problems.ValidationFailed, "See errors for what cannot be taken.",
            [new("/timeZone", "unknown_time_zone", "is no IANA time zone, such as America/Santo_Domingo")]);

    static SignalPolicy? PolicyOf(RequestBody body)
    {
        if (body.Element("signalPolicy") is not { } given)
            return null;
        var policy = ContractsJson.Read<SignalPolicy>(given);
        if (policy.ExpiresAfter is { } text && (!IsoDuration.TryParse(text, out var span) || span < TimeSpan.FromMinutes(1) || span > TimeSpan.FromDays(30)))
            throw new ProblemException(Problems.ValidationFailed, "See errors for what cannot be taken.",
                [new("/signalPolicy/expiresAfter", "invalid_duration", "is no ISO 8601 duration from a minute to 30 days")]);
        return policy;
    }
}

sealed record CreateTenant(Caller Caller, string Slug, string Name, string AdminEmail, RequestIds Ids) : IOrder, IRequest<TenantMade>
{
    public string Permission => Api.Permission.ManageTenants;
}

sealed record TenantMade(Guid TenantId, string Slug, string AdminEmail, string ApiKey, LogPosition Position);

sealed class CreateTenantHandler(IdentityWriter writer, IdentityTable table, ApiKeySecrets secrets) : IRequestHandler<CreateTenant, TenantMade>
{
    public async Task<TenantMade> Handle(CreateTenant request, CancellationToken cancellationToken)
    {
        var tenantId = request.Ids.KeyId;
        Guid userId = NamedId.Of(tenantId.ToString(), "user"), keyId = NamedId.Of(tenantId.ToString(), "api-key");
        var apiKey = await secrets.MakeAsync(request.Ids, cancellationToken);
        var hash = await secrets.HashAsync(apiKey, cancellationToken);
        var position = new LogPosition();
        try
        {
            position = await writer.WriteAsync(tenantId, request.Caller.Actor, request.Ids.CommandId,
                [
                    IdentityTable.InsertTenant(tenantId, request.Slug, request.Name, quota: null),
                    IdentityTable.InsertUser(tenantId, userId, request.AdminEmail, request.AdminEmail, [Roles.TenantAdmin]),
                    IdentityTable.InsertKey(tenantId, keyId, userId, "first", hash, apiKey[..ApiKeySecrets.Shown], [], expiresAt: null),
                ],
                cancellationToken,
                ($"tenant-{tenantId}", 1, new TenantCreated(tenantId, request.Slug, request.Name)),
                ($"user-{userId}", 1, new UserCreated(userId, request.AdminEmail, request.AdminEmail, [Roles.TenantAdmin])),
                ($"key-{keyId}", 1, new ApiKeyCreated(keyId, userId, "first", [], ExpiresAt: null)));
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await Repeated.CheckAsync(table, tenantId, $"tenant-{tenantId}", request.Ids, "A tenant has this slug already.", cancellationToken);
        }
        return new(tenantId, request.Slug, request.AdminEmail, apiKey, position);
    }
}

/// <summary>Tells a retried request from one that meets another's.</summary>
static class Repeated
{
    /// <summary>Returns when the stream was begun by this very command.</summary>
    public static async Task CheckAsync(IdentityTable table, Guid tenantId, string stream, RequestIds ids, string otherwise, CancellationToken stop)
    {
        var command = ids.Keyed ? await table.CommandOfAsync(tenantId, stream, stop) : null;
        if (command == ids.CommandId)
            return;
        throw command is null ? new ProblemException(Problems.AlreadyExists, otherwise) : RequestIds.Reused();
    }
}

sealed record ChangeTenant(
    Caller Caller, Guid TenantId, string? Name, bool? Suspended, TenantQuota? Quota, IReadOnlyList<string>? HttpAllow, SignalPolicy? SignalPolicy,
    TenantRetention? Retention, string? TimeZone, long? Revision, RequestIds Ids) : IOrder, IRequest<TenantRow>
{
    public string Permission => Api.Permission.ManageTenants;

    // Nobody could lift it again.
    public IEnumerable<Fault> Faults() =>
    [
        .. Suspended is true && TenantId == Caller.TenantId ? [new Fault("/suspended", "own_tenant", "you cannot suspend your own tenant")] : (Fault[])[],
        .. Retention is { MakesSense: false } ? [new Fault("/retention/deleteAfterDays", "invalid_value", "needs archiveAfterDays, and is not less than it")] : (Fault[])[],
    ];
}

sealed class ChangeTenantHandler(IdentityWriter writer, IdentityTable table, Authentication authentication) : IRequestHandler<ChangeTenant, TenantRow>
{
    public async Task<TenantRow> Handle(ChangeTenant request, CancellationToken cancellationToken)
    {
        var known = await table.TenantAsync(request.TenantId, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
        if (request.Revision is { } wanted && wanted != known.Revision)
            throw new ProblemException(Problems.PreconditionFailed, $"The tenant has revision {known.Revision}.");
        var changed = known with
        {
            Name = request.Name ?? known.Name,
            Suspended = request.Suspended ?? known.Suspended,
            Quota = request.Quota ?? known.Quota,
            HttpAllow = request.HttpAllow ?? known.HttpAllow,
            SignalPolicy = request.SignalPolicy ?? known.SignalPolicy,
            Retention = request.Retention ?? known.Retention,
            TimeZone = request.TimeZone ?? known.TimeZone,
        };
        try
        {
            await writer.WriteAsync(known.TenantId, request.Caller.Actor, request.Ids.CommandId, [IdentityTable.ChangeTenant(changed)], cancellationToken,
                ($"tenant-{known.TenantId}", known.Revision + 1, new TenantChanged(known.TenantId, request.Name, request.Suspended, request.Quota, request.HttpAllow, request.SignalPolicy, request.Retention, request.TimeZone)));
        }
        catch (PostgresException moved) when (moved.SqlState is "DV002" or PostgresErrorCodes.UniqueViolation)
        {
            throw new ProblemException(Problems.PreconditionFailed, "The tenant was changed by someone else at the same time.");
        }
        authentication.Doubt(known.TenantId);
        return changed with { Revision = known.Revision + 1 };
    }
}
