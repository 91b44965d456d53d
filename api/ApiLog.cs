namespace Dvt.Api;

/// <summary>Every message the API logs. Ids 2000–2099 are stable.</summary>
static partial class ApiLog
{
    [LoggerMessage(2000, LogLevel.Error, "{Method} {Path} failed unexpectedly")]
    public static partial void RequestFailed(ILogger log, Exception fault, string method, string path);

    [LoggerMessage(2001, LogLevel.Warning, "{Method} {Path} could not be served: {Reason}")]
    public static partial void RequestUnavailable(ILogger log, string method, string path, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "keys of issuer {Issuer} cannot be fetched: {Reason}")]
    public static partial void JwksUnavailable(ILogger log, string issuer, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "{Count} audit entries dropped: more came than can be written")]
    public static partial void AuditDropped(ILogger log, long count);

    [LoggerMessage(2004, LogLevel.Information, "{What} {Name} made at start-up")]
    public static partial void Bootstrapped(ILogger log, string what, string name);

    [LoggerMessage(2005, LogLevel.Warning, "slow reader of {Path} dropped")]
    public static partial void SlowReader(ILogger log, string path);

    [LoggerMessage(2006, LogLevel.Critical, "cannot start: {Reason}")]
    public static partial void CannotStart(ILogger log, string reason);

    [LoggerMessage(2007, LogLevel.Warning, "first accounts not made yet: {Reason}")]
    public static partial void NotBootstrapped(ILogger log, string reason);

    [LoggerMessage(2050, LogLevel.Warning, "Chromium ended with {ExitCode} and printed nothing: {Said}")]
    public static partial void PdfFailed(ILogger log, int exitCode, string said);
}
