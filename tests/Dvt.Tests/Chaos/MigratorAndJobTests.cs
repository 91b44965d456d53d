using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

[Collection(ChaosCollection.Name)]
public sealed class MigratorAndJobTests(ChaosServers servers, ITestOutputHelper output)
{
    [ServersFact]
    [Trait("Category", "Slow")]
    public async Task Of_two_migrators_one_killed_the_other_finishes_and_each_file_is_applied_once()
    {
        var random = Seeded.Start(output);
        await using var system = await servers.MakeAsync(migrated: false);
        try
        {
            var one = system.LaunchMigrator();
            var other = system.LaunchMigrator();
            await Task.Delay(random.Next(200, 2_000));
            await one.KillAsync();
            await other.Exited.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(0, other.ExitCode);
            var third = system.LaunchMigrator();
            await third.Exited.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(0, third.ExitCode);
            Assert.Equal(
                await system.ReadAsync<long>("select count(distinct name) from public.dvt_migration"),
                await system.ReadAsync<long>("select count(*) from public.dvt_migration"));
            await system.StartAsync("workers");
        }
        catch
        {
            system.Tell(output);
            throw;
        }
    }
}
