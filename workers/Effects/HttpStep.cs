using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Polly.CircuitBreaker;

namespace Dvt.Workers.Effects;

/// <summary>
/// Kind <c>http</c>: one call with an <c>Idempotency-Key</c>; result <c>{status, headers, body}</c>.
/// Errors: <c>HTTP_INPUT_INVALID</c>, <c>HTTP_SECRET_UNKNOWN</c>, <c>HTTP_SECRET_REFUSED</c>, <c>HTTP_ADDRESS_REFUSED</c>, <c>HTTP_REDIRECT_REFUSED</c>,
/// <c>HTTP_BODY_MALFORMED</c>, <c>RESULT_TOO_LARGE</c> (permanent), <c>HTTP_STATUS</c> (by status), <c>HTTP_UNREACHABLE</c>,
/// <c>HTTP_CIRCUIT_OPEN</c> (retryable: nothing was sent).
/// </summary>
sealed class HttpStep(TenantAllowList allowed, TenantSecrets secrets, HttpStepNetwork network, int concurrency) : IStepKindWorker
{
    const int MostRedirects = 5;

    /// <summary>All that goes along to another origin: a step's other headers may be meant for the first one only.</summary>
    static readonly HashSet<string> CrossOriginHeaders = new(StringComparer.OrdinalIgnoreCase) { "Accept", "Accept-Language", "User-Agent" };

    readonly HttpStepBreakers breakers = new(TimeProvider.System);

    public string Kind => "http";

    public int Concurrency => concurrency;

    public Repetition Repeatable(JsonElement input)
    {
        try
        {
            var request = HttpStepRequest.Read(input);
            return !request.IsIdempotent ? Repetition.Never
                : request.Method == HttpMethod.Post || request.Method == HttpMethod.Patch ? Repetition.SameKey
                : Repetition.AnyKey;
        }
        catch (HttpInputException)
        {
            return Repetition.AnyKey; // It is refused before anything is sent.
        }
    }

    public async Task<StepOutcome> CallAsync(StepCall call, CancellationToken stop)
    {
        try
        {
            var request = HttpStepRequest.Read(call.Step.Input);
            var timeout = request.Timeout is { } wanted && wanted < call.Remaining ? wanted : call.Remaining;
            var result = await breakers.RunAsync(
                call.TenantId, HttpStepAnswer.Origin(request.Url), Clamp(timeout), end => FollowAsync(call, request, end), stop);
            return result.Outcome;
        }
        catch (HttpInputException refused)
        {
            return new StepOutcome.Failed(refused.Error);
        }
        catch (BrokenCircuitException)
        {
            return Failed("HTTP_CIRCUIT_OPEN", "too many calls of this origin failed just now", retryable: true, "SYSTEM");
        }
    }

    /// <summary>The limits of the timeout strategy.</summary>
    static TimeSpan Clamp(TimeSpan timeout) =>
        TimeSpan.FromMilliseconds(Math.Clamp(timeout.TotalMilliseconds, 10, TimeSpan.FromHours(24).TotalMilliseconds));

    /// <summary>Follows redirects by hand, since each target is checked like the first one.</summary>
    async Task<HttpStepResult> FollowAsync(StepCall call, HttpStepRequest asked, CancellationToken stop)
    {
        var current = asked;
        SecretValues? known = null;
        for (var hop = 0; ; hop++)
        {
            bool isAllowed;
            try
            {
                known ??= await secrets.OfAsync(call.TenantId, call.Step.Secrets, stop);
                isAllowed = await allowed.NamesAsync(call.TenantId, current.Url, stop);
            }
            catch (OperationCanceledException) when (hop == 0)
            {
                return new(StepOutcome.NeverCalled, IsAiling: false);
            }
            try
            {
                using var request = Message(call, current, known, isAllowed);
                using var response = await network.SendAsync(request, isAllowed, current.IsIdempotent, stop);
                if (Redirect(current, response) is not { } next)
                    return known.Hide(await HttpStepAnswer.ReadAsync(current, response, stop));
                if (hop == MostRedirects)
                    return Permanent("HTTP_REDIRECT_REFUSED", $"more than {MostRedirects} redirects");
                current = next;
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
            {
                return Classify(fault, current.Url, sentBefore: hop > 0, stop);
            }
        }
    }

    /// <summary>What a broken call means: refused, surely never sent, or unknown.</summary>
    static HttpStepResult Classify(Exception fault, Uri url, bool sentBefore, CancellationToken stop)
    {
        if (fault.InnerException is AddressRefusedException)
            return Permanent("HTTP_ADDRESS_REFUSED", $"{HttpStepAnswer.Origin(url)}: the address is private, reserved or our own");
        var neverSent = fault switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError } => true,
            // The handler gives up connecting by a token of its own.
            OperationCanceledException { InnerException: TimeoutException } => !stop.IsCancellationRequested,
            _ => false,
        };
        if (neverSent && !sentBefore)
            return new(
                Failed("HTTP_UNREACHABLE", $"{HttpStepAnswer.Origin(url)} cannot be reached", retryable: true, "SYSTEM"), IsAiling: true);
        return new(
            new StepOutcome.Unknown(fault is OperationCanceledException ? "no answer in time" : "the connection ended before the answer"),
            IsAiling: true);
    }

    static HttpRequestMessage Message(StepCall call, HttpStepRequest asked, SecretValues known, bool isAllowed)
    {
        var request = new HttpRequestMessage(asked.Method, asked.Url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (asked.Body is { } body)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(asked.ContentType!);
        }
        foreach (var (name, value) in known.Fill(asked, isAllowed))
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        // A key the step gives itself is its own business and as stable as ours.
        Add(request, "Idempotency-Key", call.IdempotencyKey);
        Add(request, "User-Agent", "dvt-steps/1");
        if (call.TraceParent is { } trace)
            Add(request, "traceparent", trace);
        return request;
    }

    static void Add(HttpRequestMessage request, string name, string value)
    {
        if (!request.Headers.Contains(name))
            request.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>The next request of a redirect, or null when the answer is the answer. RFC 9110 §15.4.</summary>
    static HttpStepRequest? Redirect(HttpStepRequest asked, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is not (301 or 302 or 303 or 307 or 308) || asked.Expects(status) || response.Headers.Location is not { } location)
            return null;
        var target = CheckTarget(asked.Url, location);
        var becomesGet = status == 303 ? asked.Method != HttpMethod.Head : status is 301 or 302 && asked.Method == HttpMethod.Post;
        var isSameOrigin = HttpStepAnswer.Origin(target) == HttpStepAnswer.Origin(asked.Url);
        return asked with
        {
            Url = target,
            Method = becomesGet ? HttpMethod.Get : asked.Method,
            Body = becomesGet ? null : asked.Body,
            ContentType = becomesGet ? null : asked.ContentType,
            Headers = isSameOrigin ? asked.Headers : [.. asked.Headers.Where(h => CrossOriginHeaders.Contains(h.Key))],
        };
    }

    static Uri CheckTarget(Uri from, Uri location)
    {
        try
        {
            var target = HttpStepRequest.CheckUrl(new Uri(from, location).AbsoluteUri);
            if (from.Scheme == "https" && target.Scheme != "https")
                throw new HttpInputException("HTTP_REDIRECT_REFUSED", "a redirect leads from https to http");
            return target;
        }
        catch (Exception fault) when (fault is UriFormatException || fault is HttpInputException { Error.Code: "HTTP_INPUT_INVALID" })
        {
            throw new HttpInputException("HTTP_REDIRECT_REFUSED", "a redirect leads to no http or https URL");
        }
    }

    static HttpStepResult Permanent(string code, string message) => new(Failed(code, message, retryable: false, "USER"), IsAiling: false);

    static StepOutcome.Failed Failed(string code, string message, bool retryable, string category) =>
        new(new StepError(code, message, retryable, category));
}
