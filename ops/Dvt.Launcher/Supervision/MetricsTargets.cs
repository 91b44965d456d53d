using System.Text.Json;

namespace Dvt.Launcher;

/// <summary>Who listens where, in the form of Prometheus' <c>file_sd_configs</c>; ports stay the same while the supervisor runs.</summary>
static class MetricsTargets
{
    static readonly string[] WithMetrics = ["workers", "readmodels", "api"];

    public static void Write(string file, IEnumerable<Role> roles) => WholeFile.Write(file, JsonSerializer.Serialize(
        from role in roles
        where WithMetrics.Contains(role.Name) && role.Environment.ContainsKey("ASPNETCORE_URLS")
        select new
        {
            targets = new[] { new Uri(role.Environment["ASPNETCORE_URLS"]).Authority },
            // Each process is asked by itself, so the API must not tell of the others as well.
            labels = role.Name == "api" ? new Dictionary<string, string> { ["role"] = role.Id, ["__param_own"] = "true" } : new() { ["role"] = role.Id },
        }));
}
