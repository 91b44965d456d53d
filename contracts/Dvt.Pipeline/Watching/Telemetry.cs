using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Dvt.Pipeline.Watching;

/// <summary>Traces over OTLP when <c>Telemetry:OtlpEndpoint</c> is configured; metrics as Prometheus text always.</summary>
public static class Telemetry
{
    /// <param name="meters">Classes that hold the role's counters: told as zero before the first thing is counted.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration, string role, params ReadOnlySpan<Type> meters)
    {
        // Made at once: what is recorded before somebody asks counts as well.
        services.AddSingleton(new PrometheusText());
        foreach (var holder in (Type[])[typeof(PipelineMeters), .. meters])
            RuntimeHelpers.RunClassConstructor(holder.TypeHandle);
        if (configuration["Telemetry:OtlpEndpoint"] is not { Length: > 0 } endpoint)
            return services;
        // Built at once: a provider that nobody asks for would never listen.
        var provider = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService($"dvt-{role}"))
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(configuration.GetValue("Telemetry:SampleRatio", 0.05))))
            .AddSource(PipelineMeters.Name, "Npgsql", "Microsoft.AspNetCore", "System.Net.Http", "RabbitMQ.Client.Publisher", "RabbitMQ.Client.Subscriber")
            .AddOtlpExporter(otlp =>
            {
                otlp.Endpoint = new Uri(endpoint);
                otlp.Protocol = endpoint.Contains("4318", StringComparison.Ordinal) ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
            })
            .Build();
        return services.AddSingleton(provider);
    }
}
