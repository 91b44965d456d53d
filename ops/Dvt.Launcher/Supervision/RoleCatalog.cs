using System.Globalization;
using System.Text.Json;

namespace Dvt.Launcher;

/// <summary>Which processes make up Dvt and how each is configured.</summary>
static class RoleCatalog
{
    const string Workers = "workers/Dvt.Workers";
    const string ReadModels = "readmodels/Dvt.ReadModels";
    const string Api = "api/Dvt.Api";
    const string Sandbox = "ops/Dvt.Sandbox/Dvt.Sandbox";

    /// <summary>Each by its project's folder and assembly; none when others stand in.</summary>
    public static string[] ProgramsOf(SupervisorOptions options) => options.StandIns is null ? [Sandbox, Workers, ReadModels, Api] : [];

    public static RolePlan For(DvtHome home, Endpoints endpoints, Credentials credentials, SupervisorOptions options)
    {
        var common = Configuration(endpoints, credentials);
        // One for as long as everything is up: the sandbox started again listens where the workers look for it.
        var smtp = FreePort.Any();
        return options.StandIns is { } file
            ? ReadStandIns(file, common, endpoints)
            : new(
                Migrate: Dotnet("migrate", home, Workers, common, "migrate"),
                Roles:
                [
                    Dotnet("sandbox", home, Sandbox, Listening(Joined(common, ForSandbox(endpoints, credentials, smtp)), endpoints.Sandbox)),
                    .. Enumerable.Range(1, options.Workers).Select(number =>
                        Dotnet("workers", home, Workers, Listening(Joined(Joined(common, ForWorkers(endpoints, credentials, smtp)), ForChannels(endpoints)), LoopbackUrl())) with { Number = number }),
                    Dotnet("readmodels", home, ReadModels, Listening(common, LoopbackUrl())),
                    Dotnet("api", home, Api, Listening(Joined(common, credentials.ForApi(endpoints.Sandbox)), endpoints.Api)),
                ],
                Samples: Path.Combine(home.Root, "ops", "samples"),
                ReadyUrl: endpoints.Api + "/readyz");
    }

    static Dictionary<string, string> Configuration(Endpoints endpoints, Credentials credentials) => Joined(
        new Dictionary<string, string>
        {
            ["Postgres__ConnectionString"] = endpoints.Postgres,
            ["RabbitMq__Uri"] = endpoints.RabbitMq,
            ["Sandbox__Url"] = endpoints.Sandbox,
            ["DOTNET_NOLOGO"] = "1",
        },
        credentials.ForRoles());

    /// <summary>Guests of the demo are written to by the sandbox's mail server, and pay on its page.</summary>
    static Dictionary<string, string> ForWorkers(Endpoints endpoints, Credentials credentials, int smtp) => Joined(credentials.ForWorkers(), new Dictionary<string, string>
    {
        ["Mail__Host"] = "127.0.0.1",
        ["Mail__Port"] = smtp.ToString(CultureInfo.InvariantCulture),
        ["Workers__PaymentLink"] = endpoints.Sandbox + "/payments/{code}?amount={amount}&currency={currency}&lang={language}&account={tenant}",
    });

    /// <summary>Whom the providers of the sandbox tell, and with which key its payment page does.</summary>
    static Dictionary<string, string> ForSandbox(Endpoints endpoints, Credentials credentials, int smtp) => new()
    {
        ["Sandbox__SmtpPort"] = smtp.ToString(CultureInfo.InvariantCulture),
        ["Sandbox__WhatsAppWebhookUrl"] = endpoints.Api + "/v1/webhooks/whatsapp",
        ["Sandbox__PaymentsApiUrl"] = endpoints.Api,
        ["Sandbox__PaymentsApiKey"] = credentials.ApiKey,
    };

    /// <summary>The providers that conversations with guests need, all of them the sandbox.</summary>
    static Dictionary<string, string> ForChannels(Endpoints endpoints) => new()
    {
        ["Channels__WhatsAppUrl"] = endpoints.Sandbox + "/whatsapp/v23.0",
        ["Channels__WhatsAppToken"] = "sandbox",
        ["Channels__TranscriptionUrl"] = endpoints.Sandbox,
        ["Channels__TranscriptionKey"] = "sandbox",
    };

    static Role Dotnet(
        string name, DvtHome home, string program, Dictionary<string, string> configuration, params string[] arguments)
    {
        var assembly = RunningCopy.Of(home, program);
        return new(name, Number: 1, ["dotnet", assembly, .. arguments], configuration)
        {
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
        };
    }

    static Dictionary<string, string> Listening(Dictionary<string, string> configuration, string url) =>
        Joined(configuration, new Dictionary<string, string> { ["ASPNETCORE_URLS"] = url });

    static string LoopbackUrl() => $"http://127.0.0.1:{FreePort.Any()}";

    static Dictionary<string, string> Joined(IReadOnlyDictionary<string, string> some, IReadOnlyDictionary<string, string> more) =>
        new(some.Concat(more), StringComparer.Ordinal);

    // {migrate?, roles: [{name, command}], ready?}, each command an array of words, ready a path of the API.
    static RolePlan ReadStandIns(string file, Dictionary<string, string> common, Endpoints endpoints)
    {
        var read = JsonSerializer.Deserialize<StandInFile>(File.ReadAllText(file), JsonSerializerOptions.Web)!;
        return new(
            read.Migrate is null ? null : new("migrate", 1, read.Migrate, common),
            [.. read.Roles
                .GroupBy(role => role.Name)
                .SelectMany(same => same.Select((role, index) => new Role(role.Name, index + 1, role.Command, common)))],
            Samples: null,
            read.Ready is null ? null : endpoints.Api + read.Ready);
    }

    sealed record StandInFile(string[]? Migrate, StandIn[] Roles, string? Ready);

    sealed record StandIn(string Name, string[] Command);
}
