using Dvt.Pipeline;
using Dvt.Tests.Launcher;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

public sealed class SecretFilesTests
{
    static ConfigurationManager Configuration(string directory)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [SecretFiles.Directory] = directory,
            ["Postgres:ConnectionString"] = "of the environment",
            ["RabbitMq:Uri"] = "amqp://kept",
        });
        return configuration;
    }

    [Fact]
    public void A_file_is_a_key_and_wins_over_the_environment()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("Postgres__ConnectionString"), "Host=db;Password=s3cret\n");
        File.WriteAllText(folder.At("Api__Bootstrap__ApiKey"), "dvt_x");
        var configuration = Configuration(folder.Path);
        configuration.AddSecretFiles();
        Assert.Equal(
            ("Host=db;Password=s3cret", "dvt_x", "amqp://kept"),
            (configuration["Postgres:ConnectionString"], configuration["Api:Bootstrap:ApiKey"], configuration["RabbitMq:Uri"]));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_no_start() =>
        Assert.Contains("/nowhere/secrets", Assert.Throws<SecretFilesException>(() => Configuration("/nowhere/secrets").AddSecretFiles()).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_directory_nothing_is_read() => Assert.Equal("amqp://kept", Configuration("").AddSecretFiles()["RabbitMq:Uri"]);
}
