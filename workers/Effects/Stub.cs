namespace Dvt.Workers.Effects;

sealed class EffectCleanup { public static Task RunAsync(CancellationToken stop) => Task.CompletedTask; }
static class Stub { public static void AddEffects(this Microsoft.Extensions.DependencyInjection.IServiceCollection s, WorkersOptions o) { } }
