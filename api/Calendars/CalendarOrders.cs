using Dvt.Contracts;
using Dvt.ReadModels;
using MediatR;
using Npgsql;

namespace Dvt.Api;

sealed record AddCalendar(Caller Caller, Guid UnitId, string Url, string Channel, RequestIds Ids) : IOrder, IRequest<CalendarRow>
{
    public string Permission => Api.Permission.ManageCalendars;
}

sealed class AddCalendarHandler(
    IdentityLog log, CalendarTable table, FollowedCalendarQueries queries, CalendarSecrets secrets, TimeProvider clock) : IRequestHandler<AddCalendar, CalendarRow>
{
    /// <summary>Calendars of a unit.</summary>
    const int Most = 20;

    public async Task<CalendarRow> Handle(AddCalendar request, CancellationToken cancellationToken)
    {
        Guid tenantId = request.Caller.TenantId, calendarId = request.Ids.KeyId;
        if (WebhookUrl.FaultOf(request.Url, await table.AllowedInsideAsync(tenantId, cancellationToken)) is { } fault)
            throw new ProblemException(Problems.ValidationFailed, $"The address {fault.Message}.", [fault]);
        var others = await queries.ListAsync(tenantId, request.UnitId, Most, cursor: null, cancellationToken);
        if (others.Value.Items.Count >= Most && others.Value.Items.All(c => c.CalendarId != calendarId))
            throw new ProblemException(Problems.TooManyCalendars, $"A unit follows {Most} calendars at the most.");
        var origin = WebhookUrl.OriginOf(request.Url);
        try
        {
            await log.WriteAsync(tenantId,
                [CalendarTable.Insert(tenantId, calendarId, request.UnitId, request.Channel, secrets.WrapUrl(calendarId, request.Url), origin)],
                [
                    new($"calendar-{calendarId}", 1, new CalendarAdded(calendarId, request.UnitId, request.Channel, origin), request.Caller.Actor,
                        clock.GetUtcNow(), request.Ids.CommandId),
                ], cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // The id is made from the key: it is the same request again, or the key with another body.
            var known = await queries.FindAsync(tenantId, request.UnitId, calendarId, cancellationToken);
            if (known?.Channel != request.Channel || secrets.UrlOf(calendarId, known.Url) != request.Url)
                throw RequestIds.Reused();
        }
        return await queries.FindAsync(tenantId, request.UnitId, calendarId, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
    }
}

sealed record RemoveCalendar(Caller Caller, CalendarRow Known) : IOrder, IRequest<Unit>
{
    public string Permission => Api.Permission.ManageCalendars;
}

sealed class RemoveCalendarHandler(IdentityLog log, TimeProvider clock) : IRequestHandler<RemoveCalendar, Unit>
{
    public async Task<Unit> Handle(RemoveCalendar request, CancellationToken cancellationToken)
    {
        var (tenantId, known) = (request.Caller.TenantId, request.Known);
        try
        {
            await log.WriteAsync(tenantId, [CalendarTable.Delete(tenantId, known.CalendarId, known.Revision)],
                [
                    new($"calendar-{known.CalendarId}", known.Revision + 1, new CalendarRemoved(known.CalendarId, known.UnitId), request.Caller.Actor,
                        clock.GetUtcNow()),
                ], cancellationToken);
        }
        catch (PostgresException moved) when (moved.SqlState is "DV002" or PostgresErrorCodes.UniqueViolation)
        {
            throw new ProblemException(Problems.PreconditionFailed, "The calendar was changed by someone else at the same time.");
        }
        return Unit.Value;
    }
}

/// <summary>Makes the export of a channel where there is none, and a new token where there is one and one is wanted.</summary>
/// <param name="Rotate">False leaves an export that is there as it is.</param>
sealed record MakeCalendarExport(Caller Caller, Guid UnitId, string Channel, bool Rotate, RequestIds Ids) : IOrder, IRequest<CalendarExportRow>
{
    public string Permission => Api.Permission.ManageCalendars;
}

sealed class MakeCalendarExportHandler(
    IdentityLog log, FollowedCalendarQueries queries, CalendarSecrets secrets, TimeProvider clock) : IRequestHandler<MakeCalendarExport, CalendarExportRow>
{
    public async Task<CalendarExportRow> Handle(MakeCalendarExport request, CancellationToken cancellationToken)
    {
        var known = await FindAsync(request, cancellationToken);
        if (known is not null && !request.Rotate)
            return known;
        if (known is null && request.Rotate)
            throw new ProblemException(Problems.NotFound);
        var (tenantId, unitId, channel) = (request.Caller.TenantId, request.UnitId, request.Channel);
        var token = await secrets.MakeTokenAsync($"{unitId} {channel}", request.Ids, cancellationToken);
        var (hash, wrapped) = (CalendarSecrets.Hash(token), secrets.WrapToken(unitId, channel, token));
        if (known is not null && secrets.ReadToken(unitId, channel, known.Token) == token)
            // A retry of a request with a key makes the same token again.
            return known;
        try
        {
            await log.WriteAsync(tenantId,
                [
                    known is null
                        ? CalendarTable.InsertExport(tenantId, unitId, channel, hash, wrapped)
                        : CalendarTable.RotateExport(tenantId, unitId, channel, known.Revision, hash, wrapped),
                ],
                [
                    new($"calendar-export-{unitId}-{channel}", (known?.Revision ?? 0) + 1,
                        known is null ? new CalendarExportMade(unitId, channel) : new CalendarExportRotated(unitId, channel), request.Caller.Actor,
                        clock.GetUtcNow(), request.Ids.CommandId),
                ], cancellationToken);
        }
        catch (PostgresException moved) when (moved.SqlState is "DV002" or PostgresErrorCodes.UniqueViolation)
        {
            if (request.Rotate)
                throw new ProblemException(Problems.PreconditionFailed, "The export was changed by someone else at the same time.");
        }
        return await FindAsync(request, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
    }

    async Task<CalendarExportRow?> FindAsync(MakeCalendarExport request, CancellationToken stop) =>
        (await queries.ExportsAsync(request.Caller.TenantId, request.UnitId, stop)).FirstOrDefault(e => e.Channel == request.Channel);
}
