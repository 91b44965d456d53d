using Dvt.Launcher;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class EnvFileTests
{
    static readonly Dictionary<string, string> Awkward = new()
    {
        ["DVT_PLAIN"] = "http://127.0.0.1:5080",
        ["DVT_EMPTY"] = "",
        ["DVT_SPACES"] = "api=1 workers=2,3",
        ["DVT_SHELL"] = "a\"b $HOME `id` \\ c=d;e'f\"",
    };

    [Fact]
    public void What_was_written_is_read_back()
    {
        using var folder = new TemporaryFolder();
        EnvFile.Write(folder.At("env"), Awkward);
        Assert.Equal(Awkward, EnvFile.Read(folder.At("env")));
    }

    [Fact]
    public async Task A_shell_that_sources_the_file_sees_the_same_values()
    {
        using var folder = new TemporaryFolder();
        EnvFile.Write(folder.At("env"), Awkward);
        var answer = await Shell.CaptureAsync(
            ["sh", "-c", ". ./env; printf '%s\\n' \"$DVT_PLAIN\" \"$DVT_EMPTY\" \"$DVT_SPACES\" \"$DVT_SHELL\""],
            workingDirectory: folder.Path);
        Assert.Equal(string.Join('\n', Awkward.Values) + "\n", answer.Output);
    }

    [Fact]
    public void Only_the_owner_may_read_it_and_no_other_file_is_left()
    {
        using var folder = new TemporaryFolder();
        EnvFile.Write(folder.At("env"), Awkward);
        EnvFile.Write(folder.At("env"), Awkward);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.At("env")));
        Assert.Equal([folder.At("env")], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void It_has_every_key_that_scripts_rely_on()
    {
        using var folder = new TemporaryFolder();
        var credentials = Credentials.LoadOrCreate(folder.At("secrets.json"));
        var entries = EnvFile.Entries(new("postgres", "rabbitmq", "api", "sandbox"), credentials, "api=1").Select(entry => entry.Key);
        Assert.Equal(
            [
                "DVT_URL", "DVT_TENANT", "DVT_EMAIL", "DVT_API_KEY", "DVT_PLATFORM_EMAIL", "DVT_PLATFORM_KEY", "DVT_POSTGRES",
                "DVT_RABBITMQ", "DVT_SANDBOX_URL", "DVT_STRIPE_WEBHOOK_SECRET", "DVT_MERCADOPAGO_WEBHOOK_SECRET",
                "DVT_WHATSAPP_APP_SECRET", "DVT_WHATSAPP_VERIFY_TOKEN", "DVT_AZUL_AUTH_KEY", "DVT_PIDS",
            ],
            entries);
    }

    [Fact]
    public void Process_ids_stand_by_role() =>
        Assert.Equal("api=11 workers=12,13 postgres=16", EnvFile.Pids([("api", 11), ("workers", 12), ("workers", 13), ("postgres", 16)]));

    [Fact]
    public void Credentials_are_made_once()
    {
        using var folder = new TemporaryFolder();
        var made = Credentials.LoadOrCreate(folder.At("secrets.json"));
        Assert.Equal(made, Credentials.LoadOrCreate(folder.At("secrets.json")));
        Assert.Matches("^dvt_[A-Za-z0-9_-]{32,}$", made.ApiKey);
        Assert.NotEqual(made.ApiKey, made.PlatformKey);
    }
}
