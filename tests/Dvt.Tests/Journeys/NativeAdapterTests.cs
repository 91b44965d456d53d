using Dvt.Engine.Adapters;
using Dvt.Tests.Adapters;
using Dvt.Tests.Api;
using Dvt.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dvt.Tests.Journeys;

/// <summary>The same suite over the queues and workers of the journeys' system.</summary>
[Collection(JourneyCollection.Name)]
public sealed class NativeAdapterTests(NativeAdapterTests.Fixture fixture) : IClassFixture<NativeAdapterTests.Fixture>
{
    public static TheoryData<string> Cases => [.. AdapterCases.All.Keys];

    [ServersTheory]
    [MemberData(nameof(Cases))]
    public Task The_native_engine_passes_the_suite(string name) => AdapterCases.All[name](fixture.Rig);

    public sealed class Fixture(JourneySystem journeys) : IAsyncLifetime
    {
        ApiProcess? api;

        internal AdapterRig Rig { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            if (!TestServers.AreNamed)
                return;
            var system = journeys.System;
            api = await ApiProcess.StartAsync(system.Options.ConnectionString, $"--RabbitMq:Uri={system.RabbitMqUri}");
            Rig = new NativeRig(
                system, api.App.Services.GetServices<IEngineAdapter>().Single(a => a.Name == "native"), await system.Orders.TenantAsync(system.Sandbox.Authority));
            await Eventually.HoldsAsync(async () => (await Rig.Adapter.HealthAsync(CancellationToken.None)).IsHealthy, TimeSpan.FromSeconds(20), "the broker was not reached");
        }

        public async Task DisposeAsync()
        {
            if (api is not null)
                await api.DisposeAsync();
        }
    }

    sealed class NativeRig(DvtSystem system, IEngineAdapter adapter, Guid tenantId) : AdapterRig
    {
        public override IEngineAdapter Adapter => adapter;

        public override Guid TenantId => tenantId;

        public override string Outside => $"{system.Sandbox}http/";

        public override async Task PublishAsync(string document)
        {
            Checked(document);
            await system.Orders.PublishPlansAsync(tenantId, Published.Count - 1, document);
        }

        public override Task UntilAsync(Func<Task<bool>> holds, Func<Task<string>> tell) => Eventually.HoldsAsync(holds, TimeSpan.FromSeconds(30), tell);
    }
}
