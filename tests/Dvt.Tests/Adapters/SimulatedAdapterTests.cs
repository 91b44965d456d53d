using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Adapters;
using Dvt.Engine.Simulation;
using Xunit;

namespace Dvt.Tests.Adapters;

public sealed class SimulatedAdapterTests
{
    public static TheoryData<string> Cases => [.. AdapterCases.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_simulated_engine_passes_the_suite(string name) => AdapterCases.All[name](new Rig());

    [Fact]
    public async Task A_plan_that_asks_for_more_than_an_adapter_can_is_refused()
    {
        var rig = new Rig(new HashSet<string> { "timer" });
        var planId = await rig.PublishAsync("""[{"stepId":"a","kind":"noop"}]""", ""","requiresCapabilities":["timer","compensation"]""");
        Assert.Equal("CAPABILITY_NOT_SUPPORTED", (await rig.StartAsync(planId, "r"))!.Code);
    }

    sealed class Rig : AdapterRig
    {
        readonly Dictionary<string, int> calls = [];
        readonly SimulatedAdapter adapter;

        public Rig(IReadOnlySet<string>? capabilities = null) =>
            adapter = new SimulatedAdapter(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Answer, capabilities);

        public override IEngineAdapter Adapter => adapter;

        public override Guid TenantId { get; } = Guid.NewGuid();

        public override string Outside => "https://outside.example/http/";

        public override Task PublishAsync(string document)
        {
            adapter.Publish(TenantId, Checked(document));
            return Task.CompletedTask;
        }

        public override async Task UntilAsync(Func<Task<bool>> holds, Func<Task<string>> tell)
        {
            while (!await holds())
                if (!adapter.PassToNext())
                    Assert.Fail($"nothing will ever happen any more: {await tell()}");
        }

        /// <summary>As the sandbox would answer.</summary>
        CallAnswer Answer(CallStep call)
        {
            if (call.Kind != "http")
                return new(TimeSpan.FromMilliseconds(1), call.Input, Error: null);
            var url = new Uri(call.Input.GetProperty("url").GetString()!);
            var last = url.Segments[^1];
            return url.Segments[^2] switch
            {
                "status/" => Status(int.Parse(last, CultureInfo.InvariantCulture)),
                "delay/" => Status(200) with { Delay = TimeSpan.FromMilliseconds(int.Parse(last, CultureInfo.InvariantCulture)) },
                _ => Status((calls[last] = calls.GetValueOrDefault(last) + 1) > 1 ? 200 : 429),
            };
        }

        static CallAnswer Status(int status) => status < 400
            ? new(TimeSpan.FromMilliseconds(5), JsonElement.Parse($$"""{"status":{{status}}}"""), Error: null)
            : new(TimeSpan.FromMilliseconds(5), Result: null, new StepError("HTTP_STATUS", $"answered {status}", status == 429, "USER"));
    }
}
