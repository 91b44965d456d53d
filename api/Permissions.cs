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
    public const string ReadSecrets = "secrets.read";
    public const string ManageSecrets = "secrets.manage";
    public const string ReadKeys = "keys.read";
    public const string ManageKeys = "keys.manage";
    public const string ReadCommands = "commands.read";
    public const string ReadPlans = "plans.read";
    public const string WritePlans = "plans.write";
    public const string ReadRuns = "runs.read";
    public const string StartRuns = "runs.start";

    /// <summary>May send signals at all; the worker judges each type by the sender's roles.</summary>
    public const string SignalRuns = "runs.signal";

    /// <summary>May answer steps that ask for approval; the worker judges each by the roles it asks.</summary>
    public const string DecideApprovals = "approvals.decide";
    public const string VerifyRuns = "runs.verify";

    /// <summary>Storing a run anew from its history.</summary>
    public const string RepairRuns = "runs.repair";
    public const string ReadSchedules = "schedules.read";
    public const string ManageSchedules = "schedules.manage";
    public const string ReadUnits = "units.read";
    public const string ManageUnits = "units.manage";
    public const string ReadBookings = "bookings.read";

    /// <summary>Holding, confirming, cancelling, changing, checking in and so on; blocks too.</summary>
    public const string ManageBookings = "bookings.manage";
    public const string RecordPayments = "bookings.pay";

    /// <summary>Who stays; without it bookings are shown without their guests.</summary>
    public const string ReadGuests = "guests.read";
    public const string EraseGuests = "guests.erase";
    public const string ReadCalendars = "calendars.read";

    /// <summary>Following calendars of other platforms, and the addresses of ours, which are secrets.</summary>
    public const string ManageCalendars = "calendars.manage";
    public const string ReadDeadLetters = "dead-letters.read";
    public const string ManageDeadLetters = "dead-letters.manage";
    public const string ReadProjections = "projections.read";
    public const string RebuildProjections = "projections.rebuild";

    /// <summary>What runs in the installation; nothing of any tenant is in it.</summary>
    public const string ReadSystem = "system.read";
    public const string ReadAudit = "audit.read";
    public const string ReadWebhooks = "webhooks.read";
    public const string ManageWebhooks = "webhooks.manage";
    public const string RetryWebhooks = "webhooks.retry";
    public const string ReadMessages = "messages.read";
    public const string WriteMessages = "messages.write";
    public const string Stream = "stream.read";
    public const string ReadConversations = "conversations.read";
    public const string AnswerConversations = "conversations.answer";
    public const string ReadChannels = "channels.read";
    public const string ManageChannels = "channels.manage";

    public static readonly IReadOnlyList<string> OfTenants =
    [
        ReadUsers, ManageUsers, ReadSecrets, ManageSecrets, ReadKeys, ManageKeys, ReadCommands, ReadPlans, WritePlans, ReadRuns, StartRuns, SignalRuns,
        DecideApprovals, VerifyRuns, RepairRuns, ReadSchedules, ManageSchedules, ReadUnits, ManageUnits, ReadBookings,
        ManageBookings, RecordPayments, ReadGuests, EraseGuests, ReadDeadLetters, ManageDeadLetters, ReadProjections, RebuildProjections, ReadSystem, ReadAudit,
        ReadWebhooks, ManageWebhooks, RetryWebhooks, ReadMessages, WriteMessages, Stream, ReadConversations,
        AnswerConversations, ReadChannels, ManageChannels, ReadCalendars, ManageCalendars,
    ];

    public static readonly IReadOnlyList<string> All = [Open, SignedIn, ManageTenants, .. OfTenants];
}

/// <summary>Which role may do what: the one table.</summary>
static class Permissions
{
    static readonly string[] Look =
    [
        Permission.ReadCommands, Permission.ReadPlans, Permission.ReadRuns, Permission.ReadSchedules, Permission.ReadUnits, Permission.ReadBookings,
        Permission.ReadCalendars, Permission.ReadProjections, Permission.Stream,
    ];

    /// <summary>A step may ask any role of a tenant.</summary>
    static readonly string[] LookAndDecide = [.. Look, Permission.DecideApprovals, Permission.ReadChannels];

    public static readonly FrozenDictionary<string, FrozenSet<string>> OfRole = new Dictionary<string, IEnumerable<string>>
    {
        [Roles.TenantAdmin] = Permission.OfTenants,
        [Roles.PlanAuthor] = [.. LookAndDecide, Permission.WritePlans, Permission.ReadSecrets, Permission.StartRuns, Permission.VerifyRuns, Permission.ManageSchedules],
        [Roles.Engineer] =
        [
            .. LookAndDecide, Permission.WritePlans, Permission.ReadSecrets, Permission.StartRuns, Permission.SignalRuns, Permission.VerifyRuns, Permission.RepairRuns,
            Permission.ManageSchedules, Permission.ReadDeadLetters, Permission.ManageDeadLetters,
            Permission.ReadWebhooks, Permission.ManageWebhooks, Permission.RetryWebhooks,
        ],
        [Roles.Operator] =
        [
            .. LookAndDecide, Permission.ReadConversations, Permission.AnswerConversations,
            Permission.ManageBookings, Permission.ManageCalendars, Permission.ReadGuests, Permission.StartRuns, Permission.SignalRuns, Permission.VerifyRuns,
            Permission.ManageSchedules, Permission.ReadDeadLetters, Permission.ManageDeadLetters,
            Permission.ReadWebhooks, Permission.RetryWebhooks, Permission.ReadMessages,
        ],
        [Roles.Auditor] = [.. LookAndDecide, Permission.ReadMessages, Permission.ReadWebhooks, Permission.ReadAudit, Permission.VerifyRuns, Permission.ReadDeadLetters, Permission.ReadUsers, Permission.ReadKeys, Permission.ReadSecrets],
        [Roles.Viewer] = LookAndDecide,
        [Roles.Host] =
        [
            .. LookAndDecide, Permission.ReadConversations, Permission.AnswerConversations,
            Permission.ManageUnits, Permission.ManageBookings, Permission.ManageCalendars, Permission.RecordPayments, Permission.ReadGuests, Permission.EraseGuests,
            Permission.ReadMessages, Permission.WriteMessages,
        ],
        [Roles.Sales] = [.. LookAndDecide, Permission.ReadConversations, Permission.AnswerConversations, Permission.ManageBookings, Permission.ReadGuests, Permission.ReadMessages],
        [Roles.Finance] = [.. LookAndDecide, Permission.RecordPayments, Permission.ReadGuests],
        [Roles.PlatformAdmin] =
        [
            .. Look, Permission.ManageTenants, Permission.RebuildProjections, Permission.ReadSystem, Permission.ReadAudit, Permission.ReadDeadLetters, Permission.ManageDeadLetters,
        ],
    }.ToFrozenDictionary(r => r.Key, r => r.Value.ToFrozenSet());

    public static FrozenSet<string> Of(IEnumerable<string> roles) =>
        roles.SelectMany(r => OfRole.GetValueOrDefault(r) ?? []).Append(Permission.SignedIn).ToFrozenSet();
}
