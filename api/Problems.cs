using System.Collections.Frozen;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dvt.Api;

/// <summary>One fault of a body or parameter.</summary>
/// <param name="Pointer">RFC 6901 into the body; <c>?name</c> for a query parameter, <c>name:</c> for a header.</param>
/// <param name="Code">Stable.</param>
sealed record Fault(string Pointer, string Code, string Message);

/// <summary>A kind of problem: what its code means, and the status it is told with.</summary>
sealed record ProblemKind(int Status, string Code, string Title);

/// <summary>Every problem code this API tells, in one table; the document and <c>/docs</c> are made from it.</summary>
static class Problems
{
    public static readonly ProblemKind MalformedJson = new(400, "malformed_json", "The body is not acceptable JSON");
    public static readonly ProblemKind BadRequest = new(400, "bad_request", "The request cannot be understood");
    public static readonly ProblemKind InvalidParameter = new(400, "invalid_parameter", "A parameter or header has no acceptable value");
    public static readonly ProblemKind InvalidCursor = new(400, "invalid_cursor", "The cursor was not given out by this list");
    public static readonly ProblemKind Unauthorized = new(401, "unauthorized", "No valid token or API key was given");
    public static readonly ProblemKind LoginFailed = new(401, "login_failed", "Email and API key do not belong together");
    public static readonly ProblemKind Forbidden = new(403, "forbidden", "None of your roles may do this");
    public static readonly ProblemKind InvalidSignature = new(403, "invalid_signature", "The signature is not that of the sender");
    public static readonly ProblemKind TenantSuspended = new(403, "tenant_suspended", "The tenant is suspended");
    public static readonly ProblemKind AuthzDenied = new(403, "AUTHZ_DENIED", "You may not do this here");
    public static readonly ProblemKind NotFound = new(404, "not_found", "There is no such thing, or it is not yours");
    public static readonly ProblemKind RunNotFound = new(404, "RUN_NOT_FOUND", "There is no such run");
    public static readonly ProblemKind PlanNotFound = new(404, "PLAN_NOT_FOUND", "There is no such plan or version");
    public static readonly ProblemKind StepNotFound = new(404, "STEP_NOT_FOUND", "The run has no such step");
    public static readonly ProblemKind SignalNotFound = new(404, "SIGNAL_NOT_FOUND", "No such signal of the run waits for a second person");
    public static readonly ProblemKind ScheduleNotFound = new(404, "SCHEDULE_NOT_FOUND", "There is no such schedule");
    public static readonly ProblemKind BulkJobNotFound = new(404, "BULK_JOB_NOT_FOUND", "There is no such bulk job");
    public static readonly ProblemKind UnitNotFound = new(404, "unit_not_found", "There is no such unit");
    public static readonly ProblemKind BookingNotFound = new(404, "booking_not_found", "There is no such booking");
    public static readonly ProblemKind BlockNotFound = new(404, "block_not_found", "The unit has no such block");
    public static readonly ProblemKind GuestNotFound = new(404, "guest_not_found", "Nothing is known of such a guest");
    public static readonly ProblemKind MethodNotAllowed = new(405, "method_not_allowed", "The resource does not know this method");
    public static readonly ProblemKind NotAcceptable = new(406, "not_acceptable", "None of the accepted types can be produced");
    public static readonly ProblemKind Conflict = new(409, "conflict", "It contradicts what is there");
    public static readonly ProblemKind AlreadyExists = new(409, "already_exists", "There is one already");
    public static readonly ProblemKind RunAlreadyExists = new(409, "RUN_ALREADY_EXISTS", "A run has this id already");
    public static readonly ProblemKind VersionConflict = new(409, "VERSION_CONFLICT", "The version has other content or has moved on");
    public static readonly ProblemKind PlanNotPublished = new(409, "PLAN_NOT_PUBLISHED", "The plan version is not published");
    public static readonly ProblemKind InvalidTransition = new(409, "INVALID_TRANSITION", "The present state does not allow it");
    public static readonly ProblemKind SignalDuplicate = new(409, "SIGNAL_DUPLICATE", "Another signal has this id");
    public static readonly ProblemKind RunTerminal = new(409, "RUN_TERMINAL", "The run has ended");
    public static readonly ProblemKind HistoryLimit = new(409, "HISTORY_LIMIT", "The run takes no more signals");
    public static readonly ProblemKind RunNotTerminal = new(409, "RUN_NOT_TERMINAL", "The run has not ended yet");
    public static readonly ProblemKind RunEnding = new(409, "RUN_ENDING", "The run is being undone: no step starts any more");
    public static readonly ProblemKind RunParked = new(409, "RUN_PARKED", "A step failed and has to be retried, skipped or overridden first");
    public static readonly ProblemKind SignalDecided = new(409, "SIGNAL_DECIDED", "The signal does not wait for a second person any more");
    public static readonly ProblemKind StepNotStarted = new(409, "STEP_NOT_STARTED", "The step has not begun yet");
    public static readonly ProblemKind StepTerminal = new(409, "STEP_TERMINAL", "The step has ended");
    public static readonly ProblemKind StepNotTerminal = new(409, "STEP_NOT_TERMINAL", "The step has not ended yet");
    public static readonly ProblemKind BulkJobEnded = new(409, "BULK_JOB_ENDED", "The bulk job has come to its end");
    public static readonly ProblemKind BulkJobRunning = new(409, "BULK_JOB_RUNNING", "The bulk job has not come to its end yet");
    public static readonly ProblemKind BulkNotUndoable = new(409, "BULK_NOT_UNDOABLE", "What the bulk job did has no opposite");
    public static readonly ProblemKind BudgetExceeded = new(409, "BUDGET_EXCEEDED", "The budget of the run is used up: raise it with the signal");
    public static readonly ProblemKind BudgetNotSet = new(409, "BUDGET_NOT_SET", "The plan of the run has no budget that could be changed");
    public static readonly ProblemKind UnitInactive = new(409, "unit_inactive", "The unit takes no bookings");
    public static readonly ProblemKind DateOverlap = new(409, "date_overlap", "Some of the nights are taken");
    public static readonly ProblemKind Expired = new(409, "expired", "The hold is over and its nights are free");
    public static readonly ProblemKind InvalidState = new(409, "invalid_state", "The booking is past that, or not there yet");
    public static readonly ProblemKind NotOpen = new(409, "not_open", "The dead letter is closed already");
    public static readonly ProblemKind WebhookDisabled = new(409, "WEBHOOK_DISABLED", "The endpoint is disabled and gets nothing");
    public static readonly ProblemKind PreconditionFailed = new(412, "precondition_failed", "The resource has moved on since the given ETag");
    public static readonly ProblemKind RevisionMismatch = new(412, "REVISION_MISMATCH", "The resource has moved on since the given ETag");
    public static readonly ProblemKind TooLarge = new(413, "too_large", "The body is larger than this endpoint takes");
    public static readonly ProblemKind UnsupportedMediaType = new(415, "unsupported_media_type", "The body must be application/json in UTF-8, not compressed");
    public static readonly ProblemKind ValidationFailed = new(422, "validation_failed", "The content breaks the schema");
    public static readonly ProblemKind InvalidPlan = new(422, "invalid_plan", "The plan has faults");
    public static readonly ProblemKind InvalidInput = new(422, "invalid_input", "The input breaks the plan's input schema");
    public static readonly ProblemKind IdempotencyKeyReused = new(422, "idempotency_key_reused", "The Idempotency-Key was used with another body");
    public static readonly ProblemKind ReasonRequired = new(422, "AUTHZ_REASON_REQUIRED", "This signal needs a reason");
    public static readonly ProblemKind SignalInvalidPayload = new(422, "SIGNAL_INVALID_PAYLOAD", "The signal's payload is not what its type asks for");
    public static readonly ProblemKind CapabilityNotSupported = new(422, "CAPABILITY_NOT_SUPPORTED", "The plan asks for something this installation cannot do");
    public static readonly ProblemKind TooManyOccurrences = new(422, "TOO_MANY_OCCURRENCES", "The range has more occurrences than are started at once");
    public static readonly ProblemKind TooManyEndpoints = new(422, "TOO_MANY_ENDPOINTS", "The tenant has as many webhook endpoints as it may have");
    public static readonly ProblemKind TooManyCalendars = new(422, "TOO_MANY_CALENDARS", "The unit follows as many calendars as it may");
    public static readonly ProblemKind TooManyRuns = new(422, "TOO_MANY_RUNS", "The filter chooses more runs than one job takes");
    public static readonly ProblemKind InvalidDates = new(422, "invalid_dates", "Nobody can stay on these dates");
    public static readonly ProblemKind InvalidGuests = new(422, "invalid_guests", "The unit is not for so many guests");
    public static readonly ProblemKind MinNights = new(422, "min_nights", "The stay is too short");
    public static readonly ProblemKind InvalidAmount = new(422, "invalid_amount", "The amount is none of the currency");
    public static readonly ProblemKind Refused = new(422, "refused", "The command was refused");
    public static readonly ProblemKind RateLimited = new(429, "rate_limited", "Too many requests");
    public static readonly ProblemKind Internal = new(500, "internal", "Something went wrong here");
    public static readonly ProblemKind Failed = new(500, "failed", "The command failed and waits as a dead letter");
    public static readonly ProblemKind Unavailable = new(503, "unavailable", "Nothing was accepted; try again");
    public static readonly ProblemKind PdfUnavailable = new(503, "pdf_unavailable", "No PDF can be made here at the moment; the HTML report can be printed");
    public static readonly ProblemKind CredentialUnchecked = new(503, "credential_unchecked", "The credential cannot be checked at the moment");
    public static readonly ProblemKind ViewBehind = new(503, "view_behind", "The view has not reached the wanted position yet");

    public static readonly FrozenDictionary<string, ProblemKind> All = typeof(Problems)
        .GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public)
        .Where(f => f.FieldType == typeof(ProblemKind))
        .Select(f => (ProblemKind)f.GetValue(null)!)
        .ToFrozenDictionary(k => k.Code);

    /// <summary>The kind of a worker's refusal; one it did not know keeps its code and is told as 422.</summary>
    public static ProblemKind OfRefusal(string? code) => code switch
    {
        null => Refused,
        "input_invalid" or "INVALID_INPUT" => InvalidInput,
        _ when All.TryGetValue(code, out var known) => known,
        _ when code.EndsWith("_NOT_FOUND", StringComparison.Ordinal) => NotFound with { Code = code },
        _ when code.StartsWith("STEP_", StringComparison.Ordinal) => Conflict with { Code = code },
        _ => Refused with { Code = code },
    };

    /// <summary>The kind of a status that the framework has set without a body.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        401 => Unauthorized,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        406 => NotAcceptable,
        413 => TooLarge,
        415 => UnsupportedMediaType,
        503 => Unavailable,
        >= 500 => Internal,
        _ => BadRequest with { Status = status },
    };
}

/// <summary>The answer is a problem: thrown where a request is judged, told in one place. No stack is ever shown.</summary>
sealed class ProblemException(ProblemKind kind, string? detail = null, IReadOnlyList<Fault>? faults = null) : Exception(detail ?? kind.Title)
{
    public ProblemKind Kind { get; } = kind;

    public string? Detail { get; } = detail;

    public IReadOnlyList<Fault> Faults { get; } = faults ?? [];

    /// <summary>Seconds until it makes sense to try again.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Whose credential was refused, where that is known although nobody was let in.</summary>
    public (Guid TenantId, string Actor)? Whose { get; init; }

    /// <summary>The refusal stands in the log already, as what its command came to.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Members of the document besides the usual ones, as an object.</summary>
    public JsonElement? Extensions { get; init; }

    /// <summary>Extra header, such as <c>WWW-Authenticate</c>.</summary>
    public (string Name, string Value)? Header { get; init; }
}

/// <summary>Writes RFC 9457 documents.</summary>
static class ProblemWriter
{
    public const string ContentType = "application/problem+json";

    public static Task WriteAsync(HttpContext http, ProblemException problem)
    {
        if (problem.Header is { } header)
            http.Response.Headers[header.Name] = header.Value;
        if ((problem.RetryAfter ?? (problem.Kind.Status is 503 ? 1 : (int?)null)) is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return WriteAsync(http, problem.Kind, problem.Detail, problem.Faults, problem.Extensions);
    }

    public static async Task WriteAsync(HttpContext http, ProblemKind kind, string? detail, IReadOnlyList<Fault> faults, JsonElement? extensions = null)
    {
        var response = http.Response;
        response.StatusCode = kind.Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        await using (var json = new Utf8JsonWriter(response.BodyWriter, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("type", $"/docs#problem-{kind.Code}");
            json.WriteString("title", kind.Title);
            json.WriteNumber("status", kind.Status);
            if (detail is not null)
                json.WriteString("detail", detail);
            json.WriteString("instance", http.Request.Path.Value);
            json.WriteString("code", kind.Code);
            if (faults.Count > 0)
            {
                json.WriteStartArray("errors");
                foreach (var fault in faults)
                {
                    json.WriteStartObject();
                    json.WriteString("pointer", fault.Pointer);
                    json.WriteString("code", fault.Code);
                    json.WriteString("message", fault.Message);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            if (extensions is { ValueKind: JsonValueKind.Object } more)
                foreach (var member in more.EnumerateObject())
                    member.WriteTo(json);
            json.WriteString("traceId", Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier);
            json.WriteEndObject();
        }
        await response.BodyWriter.FlushAsync();
    }
}
