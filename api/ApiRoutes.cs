namespace Dvt.Api;

/// <summary>Every endpoint there is, by domain.</summary>
static class ApiRoutes
{
    public static readonly IReadOnlyList<Endpoint> All =
    [
        .. Tagged("Auth", Sessions.Routes),
        .. Tagged("Tenants", Tenants.Routes),
        .. Tagged("Users", Users.Routes),
        .. Tagged("API keys", ApiKeys.Routes),
        .. Tagged("Secrets", TenantSecrets.Routes),
        .. Tagged("Plans", Plans.Routes),
        .. Tagged("Plans", Simulations.Routes),
        .. Tagged("Plans", Adapters.Routes),
        .. Tagged("Plans", Predictions.OfPlans),
        .. Tagged("Runs", Runs.Routes),
        .. Tagged("Runs", Predictions.OfRuns),
        .. Tagged("Runs", Blockers.Routes),
        .. Tagged("Schedules", Schedules.Routes),
        .. Tagged("Conversations", Analyses.Routes),
        .. Tagged("Conversations", Conversations.Routes),
        .. Tagged("Conversations", ChannelEndpoints.Routes),
        .. Tagged("Conversations", WhatsAppWebhooks.Routes),
        .. Tagged("Units", Units.Routes),
        .. Tagged("Bookings", Bookings.Routes),
        .. Tagged("Bookings", BookingExport.Routes),
        .. Tagged("Bookings", BookingPages.Routes),
        .. Tagged("Dashboards", BookingDashboards.Routes),
        .. Tagged("Calendars", Calendars.Routes),
        .. Tagged("Webhooks", WebhookEndpoints.Routes),
        .. Tagged("Messages", Messages.Routes),
        .. Tagged("Commands", Commands.Routes),
        .. Tagged("Dead letters", DeadLetters.Routes),
        .. Tagged("Operations", Watching.Routes),
        .. Tagged("Operations", Installations.Routes),
        .. Tagged("Operations", AuditTrail.Routes),
    ];

    static IEnumerable<Endpoint> Tagged(string tag, IEnumerable<Endpoint> endpoints) =>
        endpoints.Select(e => Told(e.Tag.Length > 0 ? e : e with { Tag = tag }));

    /// <summary>Every query tells where it stands: what reads no view is where the log is.</summary>
    static Endpoint Told(Endpoint e) => e is { Method: "GET", Reads: false, Produces: null } && e.Permission != Permission.Open
        ? e with { Reads = true, Current = true }
        : e;

    public static void Map(WebApplication app)
    {
        var dispatch = app.Services.GetRequiredService<Dispatch>();
        foreach (var endpoint in All)
            app.MapMethods(endpoint.Path, endpoint.Method == "GET" ? ["GET", "HEAD"] : [endpoint.Method], dispatch.Of(endpoint)).WithMetadata(endpoint).ExcludeFromDescription();
    }
}
