using Dvt.Contracts;
using MediatR;
using Npgsql;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

static class Users
{
    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/users", Permission.ReadUsers, List, "List the users of the tenant") with { Answer = "UserList", Lists = true },
        Post("/v1/users", Permission.ManageUsers, Create, "Create a user") with
        {
            Body = "NewUser", Answer = "User", Status = 201, Problems = [Problems.AlreadyExists, Problems.IdempotencyKeyReused],
            Example = """{"email":"luis@demo.example","name":"Luis","roles":["operator"]}""",
        },
    ];

    /// <summary>Emails are compared without regard to case.</summary>
    public static string Normal(string email) => email.Trim().ToLowerInvariant();

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        var limit = call.Limit();
        var rows = await call.Backend.Identity.UsersAsync(call.Caller.TenantId, Cursors.Parse(call.Query("cursor")), limit + 1, call.Stop);
        await call.JsonAsync(Cursors.Page(rows, limit, u => Cursors.Of(u.CreatedAt, u.UserId)));
    }

    static async Task Create(Call call)
    {
        var body = await call.BodyAsync();
        var made = await call.Backend.Mediator.Send(
            new CreateUser(call.Caller, Normal(body.Text("email")!), body.Text("name")!, body.Texts("roles"), body.Ids), call.Stop);
        call.Http.Response.Headers.Location = $"/v1/users/{made.UserId}";
        await call.JsonAsync(made, status: 201);
    }
}

sealed record CreateUser(Caller Caller, string Email, string Name, IReadOnlyList<string> Roles, RequestIds Ids) : IOrder, IRequest<UserRow>
{
    public string Permission => Api.Permission.ManageUsers;

    public IEnumerable<Fault> Faults() => RoleFaults.Of(Caller, Roles);
}

static class RoleFaults
{
    /// <summary>Nobody gives away what reaches beyond the tenant without having it.</summary>
    public static IEnumerable<Fault> Of(Caller caller, IReadOnlyList<string> roles) =>
        roles.Contains(Roles.PlatformAdmin) && !caller.Roles.Contains(Roles.PlatformAdmin)
            ? [new("/roles", "role_not_yours", "only a platform-admin can make a platform-admin")]
            : [];
}

sealed class CreateUserHandler(IdentityWriter writer, IdentityTable table, TimeProvider clock) : IRequestHandler<CreateUser, UserRow>
{
    public async Task<UserRow> Handle(CreateUser request, CancellationToken cancellationToken)
    {
        Guid tenantId = request.Caller.TenantId, userId = request.Ids.KeyId;
        try
        {
            await writer.WriteAsync(tenantId, request.Caller.Actor, request.Ids.CommandId,
                [IdentityTable.InsertUser(tenantId, userId, request.Email, request.Name, request.Roles)],
                cancellationToken, ($"user-{userId}", 1, new UserCreated(userId, request.Email, request.Name, request.Roles)));
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await Repeated.CheckAsync(table, tenantId, $"user-{userId}", request.Ids, "A user has this email already.", cancellationToken);
        }
        return await table.UserAsync(tenantId, userId, cancellationToken)
            ?? new(userId, request.Email, request.Name, request.Roles, clock.GetUtcNow().UtcDateTime);
    }
}
