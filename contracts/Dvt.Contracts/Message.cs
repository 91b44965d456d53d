using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>An order: what someone wants done. Travels in an <see cref="Envelope"/>.</summary>
public interface ICommand
{
    /// <summary>The domain whose workers carry it out.</summary>
    static abstract Domain Domain { get; }
}

/// <summary>A fact: what happened. Stored once, in order, in <c>log.events</c>.</summary>
public interface IEvent;

/// <summary>
/// A message as it travels through RabbitMQ. Several envelopes may share one AMQP message.
/// </summary>
/// <param name="Id">Of this message; a command's <c>commandId</c>. The same id twice is the same message.</param>
/// <param name="Type">Name of the command record, such as <c>StartRun</c>.</param>
/// <param name="TenantId">Whose it is.</param>
/// <param name="Key">Partition key: the run, the unit, the customer. Decides the slot together with the tenant.</param>
/// <param name="Actor">Who ordered it: <c>user:mail</c>, <c>key:id</c>, <c>system</c>.</param>
/// <param name="AcceptedAt">When the API accepted it, UTC.</param>
/// <param name="Body">The command as JSON.</param>
/// <param name="CorrelationId">Ties everything of one business case together; the caller's or the command's id.</param>
/// <param name="TraceParent">W3C trace context of the sender.</param>
/// <param name="ReplyTo">Queue that wants the <see cref="Outcome"/>, if any.</param>
/// <param name="Resource">What the command is about, as the caller was told: <c>run</c> and its id. Null for messages of our own.</param>
/// <param name="KeyId">Id made from the caller's <c>Idempotency-Key</c>; the same with another <see cref="Id"/> is a reuse of the key.</param>
/// <param name="Repeated">True when its sender was given the reason for it before, and perhaps died with it: to be taken as if it were redelivered itself.</param>
public sealed record Envelope(
    Guid Id,
    string Type,
    Guid TenantId,
    string Key,
    string Actor,
    DateTimeOffset AcceptedAt,
    JsonElement Body,
    string? CorrelationId = null,
    string? TraceParent = null,
    string? ReplyTo = null,
    Resource? Resource = null,
    Guid? KeyId = null,
    bool? Repeated = null);

/// <summary>A thing with an address: <c>/v1/runs/{id}</c>.</summary>
/// <param name="Type">Singular, lower case: <c>run</c>, <c>plan</c>, <c>booking</c>.</param>
/// <param name="Id">As the API shows it. A plan version is <c>planId/version</c>.</param>
public sealed record Resource(string Type, string Id);

/// <summary>What became of a command, told to whoever waits for it.</summary>
/// <param name="Status"><c>done</c>, <c>refused</c> or <c>failed</c>.</param>
/// <param name="Code">Stable error code of a refusal or failure.</param>
/// <param name="Position">Log position at which the outcome is visible; see <see cref="LogPosition"/>.</param>
/// <param name="Data">What the answer needs beyond the resource, such as <c>existing</c> of a plan posted again.</param>
public sealed record Outcome(
    Guid CommandId,
    string Status,
    string? Code = null,
    string? Detail = null,
    Resource? Resource = null,
    string? Position = null,
    JsonElement? Data = null)
{
    public const string Done = "done";
    public const string Refused = "refused";
    public const string Failed = "failed";

    /// <summary>What a result in the command's own stream says, but for where it is visible.</summary>
    /// <param name="type">Of the event: <see cref="CommandRefused"/> or <see cref="CommandDone"/>.</param>
    public static Outcome Of(Guid commandId, string type, JsonElement result)
    {
        if (type != nameof(CommandRefused))
            return new Outcome(commandId, Done);
        var refused = ContractsJson.Read<CommandRefused>(result);
        return new Outcome(commandId, Refused, refused.Code, refused.Detail, refused.Resource, Data: refused.Data);
    }

    /// <summary>The result that tells it in the command's own stream.</summary>
    public IEvent ResultOf(Envelope command) => Status == Refused
        ? new CommandRefused(command.Type, Code!, Detail!, command.Resource)
        : new CommandDone(command.Type, command.Resource, Data);
}
