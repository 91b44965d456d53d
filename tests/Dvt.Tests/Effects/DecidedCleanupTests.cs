using Dvt.Workers.Channels;
using Xunit;

namespace Dvt.Tests.Effects;

public sealed class DecidedCleanupTests(EffectsDatabase database) : IClassFixture<EffectsDatabase>
{
    [EffectsFact]
    public async Task What_a_message_led_to_is_forgotten_once_it_cannot_come_again()
    {
        var tenant = await database.TenantAsync();
        foreach (var days in (int[])[1, 13, 15, 40])
            await database.RunAsync(
                "insert into channels.decided (tenant_id, cause_id, commands, at) values ($1, gen_random_uuid(), '[]', now() - make_interval(days => $2))", tenant, days);
        Assert.Equal(2, await DecidedCleanup.RunAsync(database.Worker, CancellationToken.None));
        Assert.Equal(2, await database.ReadAsync<long>("select count(*) from channels.decided where tenant_id = $1", tenant));
    }
}
