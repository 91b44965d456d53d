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
        .. Tagged("Plans", Plans.Routes),
        .. Tagged("Runs", Runs.Routes),
        .. Tagged("Schedules", Schedules.Routes),
        .. Tagged("Commands", Commands.Routes),
        .. Tagged("Dead letters", DeadLetters.Routes),
        .. Tagged("Operations", Watching.Routes),
    ];

    static IEnumerable<Endpoint> Tagged(string tag, IEnumerable<Endpoint> endpoints) =>
        endpoints.Select(e => e.Tag.Length > 0 ? e : e with { Tag = tag });

    public static void Map(WebApplication app)
    {
        var dispatch = app.Services.GetRequiredService<Dispatch>();
        foreach (var endpoint in All)
            app.MapMethods(endpoint.Path, [endpoint.Method], dispatch.Of(endpoint)).WithMetadata(endpoint).ExcludeFromDescription();
    }
}
