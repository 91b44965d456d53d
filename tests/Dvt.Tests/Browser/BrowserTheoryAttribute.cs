using Dvt.Tests.Style;
using Dvt.Tests.Support;
using Xunit;

namespace Dvt.Tests.Browser;

/// <summary>Needs servers, Chromium, and the dashboard built by <c>ops/build-dashboard</c>, which Node.js does: skipped where one of them is missing, except under CI, where it fails.</summary>
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

    /// <summary>Why a test is skipped. Never under CI: what is not there fails it, since a green run would say that the dashboard works.</summary>
    public static string? Missing => SkipOf(Environment.GetEnvironmentVariable("CI"), First);

    public static string? SkipOf(string? ci, string? missing) => string.IsNullOrEmpty(ci) ? missing : null;

    /// <exception cref="InvalidOperationException">Something is missing.</exception>
    public static void Check()
    {
        if (First is { } missing)
            throw new InvalidOperationException($"{missing}, so no screen can be tested");
    }

    static string? First =>
        !TestServers.AreNamed ? "DVT_TEST_POSTGRES and DVT_TEST_RABBITMQ are not set"
        : !File.Exists(Chromium.Program) ? "Chromium is missing"
        : !IsOnPath("node") ? "Node.js is missing"
        : !File.Exists(Path.Combine(Built, "index.html")) ? "the dashboard is not built: ops/build-dashboard"
        : null;

    static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
