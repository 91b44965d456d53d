using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Dvt.Pipeline.Watching;

/// <summary>Logs of every role: a line an entry, or JSON with all fields when <c>Logging:Format</c> is <c>json</c>.</summary>
public static class ProcessLogging
{
    public static ILoggingBuilder AddProcessLogging(this ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.ClearProviders();
        // The framework's own lines for each request cost more than the request.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Quartz", LogLevel.Warning);
        logging.AddFilter("System.Net.Http", LogLevel.Warning);
        return configuration["Logging:Format"] == "json"
            ? logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "O"))
            : logging.AddSimpleConsole(console =>
                (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ "));
    }
}
