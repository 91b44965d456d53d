using System.Reflection;
using Dvt.Api;
using Dvt.Contracts;
using Xunit;

namespace Dvt.Tests.Api;

public sealed class PermissionTests
{
    static readonly string[] Open =
        ["POST /v1/auth/login", "GET /.well-known/jwks.json", "GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi/v1.json", "GET /docs",
        "GET /v1/ical/{unitId}/{token}.ics", "GET /v1/webhooks/whatsapp", "POST /v1/webhooks/whatsapp"];

    [Fact]
    public void Every_endpoint_declares_a_known_permission_and_only_these_are_open()
    {
        Assert.All(ApiRoutes.All, e => Assert.Contains(e.Permission, Permission.All));
        Assert.Equal(Open.Order(), ApiRoutes.All.Where(e => e.Permission == Permission.Open).Select(e => $"{e.Method} {e.Path}").Order());
    }

    [Fact]
    public void Every_role_is_in_the_table_and_every_permission_is_someones()
    {
        var roles = typeof(Roles).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
        Assert.Equal(roles.Order(), Permissions.OfRole.Keys.Order());
        foreach (var permission in Permission.All.Except([Permission.Open, Permission.SignedIn]))
            Assert.Contains(Permissions.OfRole.Values, p => p.Contains(permission));
        var named = typeof(Permission).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
        Assert.Equal(named.Order(), Permission.All.Order());
    }

    [Fact]
    public void No_role_of_a_tenant_reaches_beyond_it() =>
        Assert.All(Roles.OfTenants, r => Assert.DoesNotContain(Permission.ManageTenants, Permissions.OfRole[r].AsEnumerable()));

    [Theory]
    [InlineData(Roles.Viewer, Permission.StartRuns, false)]
    [InlineData(Roles.Viewer, Permission.ReadRuns, true)]
    [InlineData(Roles.Operator, Permission.SignalRuns, true)]
    [InlineData(Roles.Operator, Permission.WritePlans, false)]
    [InlineData(Roles.Auditor, Permission.ReadAudit, true)]
    [InlineData(Roles.PlanAuthor, Permission.ManageKeys, false)]
    [InlineData(Roles.TenantAdmin, Permission.ManageKeys, true)]
    [InlineData("unheard-of", Permission.ReadRuns, false)]
    public void The_table_says(string role, string permission, bool may) => Assert.Equal(may, Permissions.Of([role]).Contains(permission));

    [Fact]
    public void Problem_codes_are_unique_and_refusals_have_statuses()
    {
        var all = typeof(Problems).GetFields().Where(f => f.FieldType == typeof(ProblemKind)).Select(f => (ProblemKind)f.GetValue(null)!).ToList();
        Assert.Equal(all.Count, all.Select(p => p.Code).Distinct().Count());
        Assert.Equal(
            [409, 409, 409, 409, 409, 403, 422, 422, 404, 404, 422, 412, 422, 409, 404],
            new[]
            {
                "RUN_ALREADY_EXISTS", "VERSION_CONFLICT", "SIGNAL_DUPLICATE", "RUN_TERMINAL", "STEP_TERMINAL", "AUTHZ_DENIED", "AUTHZ_REASON_REQUIRED",
                "SIGNAL_INVALID_PAYLOAD", "RUN_NOT_FOUND", "PLAN_NOT_FOUND", "idempotency_key_reused", "REVISION_MISMATCH", "SOMETHING_NEW", "STEP_NEW", "NEW_NOT_FOUND",
            }.Select(c => Problems.OfRefusal(c).Status));
        Assert.Equal("SOMETHING_NEW", Problems.OfRefusal("SOMETHING_NEW").Code);
    }
}
