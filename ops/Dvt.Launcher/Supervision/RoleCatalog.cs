using System.Text.Json;

namespace Dvt.Launcher;

/// <summary>Which processes make up Dvt and how each is configured.</summary>
static class RoleCatalog
{
    /// <summary>Names a JSON file <c>{migrate?, seed?, roles:[{name, command}], ready?}</c> that stands in for the real roles.</summary>
    public const string StandIns = "DVT_ROLES";

    public static RolePlan For(DvtHome home, Endpoints endpoints, Credentials credentials, int workers)
    {
        var common = Configuration(home, endpoints, credentials);
        return Environment.GetEnvironmentVariable(StandIns) is { Length: > 0 } file
            ? ReadStandIns(file, common, endpoints)
            : new(
                Migrate: Dotnet("migrate", home, "workers/Dvt.Workers", common, "migrate"),
                Roles:
                [
                    Dotnet("sandbox", home, "ops/Dvt.Sandbox/Dvt.Sandbox", Listening(common, endpoints.Sandbox)),
                    .. Enumerable.Range(1, workers).Select(number =>
                        Dotnet("workers", home, "workers/Dvt.Workers", Listening(common, LoopbackUrl())) with { Number = number }),
                    Dotnet("readmodels", home, "readmodels/Dvt.ReadModels", Listening(common, LoopbackUrl())),
                    Dotnet("api", home, "api/Dvt.Api", Listening(common, endpoints.Api)),
                ],
                Seed: Dotnet("seed", home, "workers/Dvt.Workers", Joined(common, credentials.ForSeed()), "seed"),
                ReadyUrl: endpoints.Api + "/readyz");
    }

    static Dictionary<string, string> Configuration(DvtHome home, Endpoints endpoints, Credentials credentials) => Joined(
        new Dictionary<string, string>
        {
            ["Postgres__ConnectionString"] = endpoints.Postgres,
            ["RabbitMq__Uri"] = endpoints.RabbitMq,
            ["Sandbox__Url"] = endpoints.Sandbox,
            ["Api__Url"] = endpoints.Api,
            ["Dvt__DataDirectory"] = home.Directory,
            ["DOTNET_NOLOGO"] = "1",
        },
        credentials.ForRoles());

    // The program is named by its project's folder and assembly.
    static Role Dotnet(
        string name, DvtHome home, string program, Dictionary<string, string> configuration, params string[] arguments)
    {
        var directory = Path.Combine(home.Root, Path.GetDirectoryName(program)!, "bin", "Release", "net10.0");
        var assembly = Path.Combine(directory, Path.GetFileName(program) + ".dll");
        return new(name, Number: 1, ["dotnet", assembly, .. arguments], configuration) { WorkingDirectory = directory };
    }

    static Dictionary<string, string> Listening(Dictionary<string, string> configuration, string url) =>
        Joined(configuration, new Dictionary<string, string> { ["ASPNETCORE_URLS"] = url });

    static string LoopbackUrl() => $"http://127.0.0.1:{FreePort.Any()}";

    static Dictionary<string, string> Joined(IReadOnlyDictionary<string, string> some, IReadOnlyDictionary<string, string> more) =>
        new(some.Concat(more), StringComparer.Ordinal);

    static RolePlan ReadStandIns(string file, Dictionary<string, string> common, Endpoints endpoints)
    {
        var read = JsonSerializer.Deserialize<StandInFile>(File.ReadAllText(file), JsonSerializerOptions.Web)!;
        return new(
            read.Migrate is null ? null : new("migrate", 1, read.Migrate, common),
            [.. read.Roles
                .GroupBy(role => role.Name)
                .SelectMany(same => same.Select((role, index) => new Role(role.Name, index + 1, role.Command, common)))],
            read.Seed is null ? null : new("seed", 1, read.Seed, common),
            read.Ready is null ? null : endpoints.Api + read.Ready);
    }

    sealed record StandInFile(string[]? Migrate, string[]? Seed, StandIn[] Roles, string? Ready);

    sealed record StandIn(string Name, string[] Command);
}
