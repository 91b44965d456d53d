using Xunit;

namespace Dvt.Tests.Cli;

/// <summary>Which API is called, as whom, and that nobody reads the secrets.</summary>
public sealed class ServerTests
{
    const string Here = "http://127.0.0.1:5080";

    readonly CliRig rig = new();

    [Fact]
    public async Task What_runs_here_is_called_unless_told_otherwise()
    {
        Variables([]);
        Installed();
        Assert.Equal(("http://127.0.0.1:5080/v1/projections", "key local"), await CalledAsync());
    }

    [Fact]
    public async Task The_environment_comes_before_what_runs_here_and_options_before_the_environment()
    {
        Installed();
        Variables(new() { ["DVT_URL"] = "https://a.test/dvt", ["DVT_API_KEY"] = "env" });
        Assert.Equal(("https://a.test/dvt/v1/projections", "key env"), await CalledAsync());
        Variables(new() { ["DVT_URL"] = "https://a.test/", ["DVT_API_KEY"] = "env", ["DVT_TOKEN"] = "t" });
        Assert.Equal(("https://a.test/v1/projections", "bearer t"), await CalledAsync());
        Assert.Equal(("https://b.test/v1/projections", "key given"), await CalledAsync("--url", "https://b.test", "--key", "given"));
        Assert.Equal(("https://a.test/v1/projections", "bearer given"), await CalledAsync("--token", "given", "--key", "other"));
    }

    [Fact]
    public async Task The_key_of_what_runs_here_goes_nowhere_else()
    {
        Installed();
        Variables(new() { ["DVT_URL"] = "http://elsewhere.test" });
        Assert.Equal(("http://elsewhere.test/v1/projections", "nobody"), await CalledAsync());
        Variables([]);
        Assert.Equal(("http://127.0.0.1:5080/v1/projections", "key local"), await CalledAsync("--url", "http://127.0.0.1:5080/"));
        Assert.Equal(("http://127.0.0.1:5081/v1/projections", "nobody"), await CalledAsync("--url", "http://127.0.0.1:5081/"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ftp://a.test")]
    [InlineData("http://ana:secret@a.test")]
    [InlineData("a.test")]
    [InlineData("http://a.test?x=1")]
    public async Task An_address_that_is_none_is_bad_usage_and_not_repeated(string url)
    {
        Variables([]);
        Assert.Equal(2, await rig.RunAsync("projections", "list", "--url", url));
        Assert.DoesNotContain("secret", rig.Error, StringComparison.Ordinal);
        Assert.Empty(rig.Requests);
    }

    [Theory]
    [InlineData("dvt_abcdefghijklmnopqrstuvwxyz", "--key")]
    [InlineData("dvt_abcdefghijklmnopqrstuvwxyz", "--kye")]
    [InlineData("opaque-to-all", "--token")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", "--token")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", "--tokn")]
    public async Task A_secret_is_printed_nowhere(string secret, string option)
    {
        rig.Answers($$"""{"title":"No","status":401,"code":"unauthorized","detail":"{{secret}} is unknown","traceId":"t"}""", 401, "application/problem+json");
        Assert.NotEqual(0, await rig.RunAsync("projections", "list", option, secret));
        Assert.DoesNotContain(secret, rig.Error + rig.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, await rig.RunAsync("projections", "list", "--json", option, secret));
        Assert.DoesNotContain(secret, rig.Error + rig.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_would_break_the_header_is_bad_usage()
    {
        Assert.Equal(2, await rig.RunAsync("projections", "list", "--key", "a\nX-Other: b"));
        Assert.DoesNotContain("X-Other", rig.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_address_it_says_what_to_do()
    {
        Variables([]);
        Assert.Equal(2, await rig.RunAsync("runs", "list"));
        Assert.Contains("--url", rig.Error, StringComparison.Ordinal);
    }

    void Installed() => (rig.Installation["DVT_URL"], rig.Installation["DVT_API_KEY"]) = (Here, "local");

    void Variables(Dictionary<string, string> variables)
    {
        rig.Variables.Clear();
        foreach (var (name, value) in variables)
            rig.Variables[name] = value;
    }

    async Task<(string Url, string Who)> CalledAsync(params string[] options)
    {
        rig.Answers("""{"items":[]}""");
        Assert.Equal(0, await rig.RunAsync(["projections", "list", .. options]));
        var sent = rig.Requests[^1];
        return (sent.Url.AbsoluteUri,
            sent.Headers.GetValueOrDefault("Authorization") is { } bearer ? bearer.Replace("Bearer", "bearer", StringComparison.Ordinal)
            : sent.Headers.GetValueOrDefault("X-Api-Key") is { } key ? $"key {key}"
            : "nobody");
    }
}
