using Dvt.Tests.Style;
using Dvt.Tests.Support;
using Xunit;

namespace Dvt.Tests.Browser;

/// <summary>Needs servers, Chromium, and the dashboard built by <c>ops/build-dashboard</c>, which Node.js does: skipped where the machine has no Chromium or no Node.js.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = BrowserNeeds.Missing;
}

/// <summary>The same for a fact.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = BrowserNeeds.Missing;
}

static class BrowserNeeds
{
    /// <summary>Absolute, as tests run in an output directory of their own.</summary>
    public static readonly string Built = Path.Combine(Repository.Root, "api/bin/Release/net10.0/dashboard");

    /// <summary>Null when all is there. Under CI only a missing program is excused, never a missing build.</summary>
    public static string? Missing =>
        !TestServers.AreNamed && Environment.GetEnvironmentVariable("CI") is null or "" ? "DVT_TEST_POSTGRES and DVT_TEST_RABBITMQ are not set"
        : !File.Exists(Chromium.Program) ? "Chromium is missing"
        : !IsOnPath("node") ? "Node.js is missing"
        : !File.Exists(Path.Combine(Built, "index.html")) && Environment.GetEnvironmentVariable("CI") is null or "" ? "the dashboard is not built: ops/build-dashboard"
        : null;

    static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
