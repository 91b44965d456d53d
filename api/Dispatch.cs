using System.Diagnostics;
using Dvt.Pipeline;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>What every endpoint goes through: who, how often, may they; and how every fault is told.</summary>
sealed class Dispatch(Backend backend, Authentication authentication, RateLimits limits, Audit audit, ILogger<Dispatch> log)
{
    public RequestDelegate Of(Endpoint endpoint) => http => ServeAsync(http, endpoint);

    async Task ServeAsync(HttpContext http, Endpoint endpoint)
    {
        Caller? caller = null;
        try
        {
            if (endpoint.Permission != Permission.Open)
            {
                caller = await authentication.IdentifyAsync(http.Request);
                limits.Admit(http, caller);
                if (caller.Suspended)
                    throw new ProblemException(Problems.TenantSuspended);
                if (!caller.May(endpoint.Permission))
                    throw new ProblemException(Problems.Forbidden, $"{endpoint.Permission} is needed.");
            }
            await AnswerAsync(new Call(http, endpoint, backend, caller));
        }
        catch (ProblemException problem)
        {
            Note(http, endpoint, caller, problem);
            await TellAsync(http, problem);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more to be told.
        }
        catch (Exception fault)
        {
            var problem = ProblemOf(http, fault);
            Note(http, endpoint, caller, problem);
            await TellAsync(http, problem);
        }
    }

    static async Task AnswerAsync(Call call)
    {
        // A HEAD is answered without a body by the server; a stream would have nothing to end it.
        if (HttpMethods.IsHead(call.Http.Request.Method) && call.Endpoint.Event is not null)
        {
            call.Http.Response.ContentType = call.Endpoint.Produces;
            return;
        }
        if (call.Endpoint.Current)
            await call.AtHeadAsync();
        await call.Endpoint.Handle(call);
    }

    /// <summary>Refusals are written down in this one place: of whoever is not let in, and of every command.</summary>
    void Note(HttpContext http, Endpoint endpoint, Caller? caller, ProblemException problem)
    {
        var isAccess = problem.Kind.Status is 401 or 403 or 429;
        if (problem.IsRecorded || !(isAccess || (caller is not null && endpoint.Commands && problem.Kind.Status is >= 400 and < 500)))
            return;
        audit.Refused(
            caller is null ? problem.Whose : (caller.TenantId, caller.Actor), $"{endpoint.Method} {endpoint.Path}", problem.Kind.Code, ResourceOf(http),
            isAccess ? AddressOf(http) : null);
    }

    ProblemException ProblemOf(HttpContext http, Exception fault)
    {
        if (fault is BadHttpRequestException bad)
            return new(bad.StatusCode == 413 ? Problems.TooLarge : Problems.BadRequest);
        if (fault is InvalidQueryException query)
            return query.Parameter == "cursor"
                ? new(Problems.InvalidCursor, query.Message)
                : new(Problems.InvalidParameter, query.Message, [new($"?{query.Parameter}", "invalid_parameter", query.Message)]);
        if (fault is NotAcceptedException || Away.Is(fault) || RabbitMq.IsUnavailable(fault))
        {
            ApiLog.RequestUnavailable(log, http.Request.Method, http.Request.Path, fault.Message);
            return new(Problems.Unavailable) { RetryAfter = 2 };
        }
        ApiLog.RequestFailed(log, fault, http.Request.Method, http.Request.Path);
        Activity.Current?.SetStatus(ActivityStatusCode.Error);
        return new(Problems.Internal);
    }

    static async Task TellAsync(HttpContext http, ProblemException problem)
    {
        if (http.Response.HasStarted)
        {
            // Half an answer is out; breaking the connection is the only way left to say that it is not whole.
            http.Abort();
            return;
        }
        await ProblemWriter.WriteAsync(http, problem);
    }

    static string? ResourceOf(HttpContext http) => http.Request.RouteValues.Values.OfType<string>().FirstOrDefault();

    public static string? AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();
}
