using System.Collections.Frozen;
using Dvt.Contracts;

namespace Dvt.Api;

/// <summary>What can be allowed. Every endpoint and every order declares one.</summary>
static class Permission
{
    /// <summary>Needs no credential at all.</summary>
    public const string Open = "open";

    /// <summary>Any valid credential.</summary>
    public const string SignedIn = "signed-in";

    public const string ManageTenants = "tenants.manage";
    public const string ReadUsers = "users.read";
    public const string ManageUsers = "users.manage";
    public const string ReadKeys = "keys.read";
    public const string ManageKeys = "keys.manage";
    public const string ReadCommands = "commands.read";
    public const string ReadPlans = "plans.read";
    public const string WritePlans = "plans.write";
    public const string ReadRuns = "runs.read";
    public const string StartRuns = "runs.start";

    /// <summary>May send signals at all; the worker judges each type by the sender's roles.</summary>
    public const string SignalRuns = "runs.signal";
    public const string VerifyRuns = "runs.verify";
    public const string ReadSchedules = "schedules.read";
    public const string ManageSchedules = "schedules.manage";
    public const string ReadDeadLetters = "dead-letters.read";
    public const string ManageDeadLetters = "dead-letters.manage";
    public const string ReadProjections = "projections.read";
    public const string RebuildProjections = "projections.rebuild";
    public const string ReadAudit = "audit.read";
    public const string Stream = "stream.read";

    public static readonly IReadOnlyList<string> OfTenants =
    [
        ReadUsers, ManageUsers, ReadKeys, ManageKeys, ReadCommands, ReadPlans, WritePlans, ReadRuns, StartRuns, SignalRuns,
        VerifyRuns, ReadSchedules, ManageSchedules, ReadDeadLetters, ManageDeadLetters, ReadProjections, RebuildProjections, ReadAudit, Stream,
    ];

    public static readonly IReadOnlyList<string> All = [Open, SignedIn, ManageTenants, .. OfTenants];
}

/// <summary>Which role may do what: the one table.</summary>
static class Permissions
{
    static readonly string[] Look =
        [Permission.ReadCommands, Permission.ReadPlans, Permission.ReadRuns, Permission.ReadSchedules, Permission.ReadProjections, Permission.Stream];

    public static readonly FrozenDictionary<string, FrozenSet<string>> OfRole = new Dictionary<string, IEnumerable<string>>
    {
        [Roles.TenantAdmin] = Permission.OfTenants,
        [Roles.PlanAuthor] = [.. Look, Permission.WritePlans, Permission.StartRuns, Permission.VerifyRuns, Permission.ManageSchedules],
        [Roles.Engineer] =
        [
            .. Look, Permission.WritePlans, Permission.StartRuns, Permission.SignalRuns, Permission.VerifyRuns,
            Permission.ManageSchedules, Permission.ReadDeadLetters, Permission.ManageDeadLetters,
        ],
        [Roles.Operator] =
        [
            .. Look, Permission.StartRuns, Permission.SignalRuns, Permission.VerifyRuns,
            Permission.ManageSchedules, Permission.ReadDeadLetters, Permission.ManageDeadLetters,
        ],
        [Roles.Auditor] = [.. Look, Permission.ReadAudit, Permission.VerifyRuns, Permission.ReadDeadLetters, Permission.ReadUsers, Permission.ReadKeys],
        [Roles.Viewer] = Look,
        [Roles.Host] = Look,
        [Roles.Sales] = Look,
        [Roles.Finance] = Look,
        [Roles.PlatformAdmin] = [.. Look, Permission.ManageTenants, Permission.RebuildProjections, Permission.ReadAudit],
    }.ToFrozenDictionary(r => r.Key, r => r.Value.ToFrozenSet());

    public static FrozenSet<string> Of(IEnumerable<string> roles) =>
        roles.SelectMany(r => OfRole.GetValueOrDefault(r) ?? []).Append(Permission.SignedIn).ToFrozenSet();
}
