using Dvt.Contracts;
using Dvt.ReadModels;
using MediatR;
using Npgsql;

namespace Dvt.Api;

/// <summary>Has a view filled anew, once for a key.</summary>
sealed record RequestRebuild(Caller Caller, string View, RequestIds Ids) : IOrder, IRequest<Unit>
{
    public string Permission => Api.Permission.RebuildProjections;
}

sealed class RequestRebuildHandler(IdentityWriter writer, IdentityTable table) : IRequestHandler<RequestRebuild, Unit>
{
    public async Task<Unit> Handle(RequestRebuild request, CancellationToken cancellationToken)
    {
        if (!ProjectionQueries.Has(request.View))
            throw new ProblemException(Problems.NotFound, "There is no view of this name.");
        var (tenantId, stream) = (request.Caller.TenantId, $"rebuild-{request.Ids.KeyId}");
        try
        {
            await writer.WriteAsync(tenantId, request.Caller.Actor, request.Ids.CommandId, [ProjectionQueries.RequestRebuild(request.View)], cancellationToken,
                (stream, 1, new RebuildRequested(request.View)));
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await Repeated.CheckAsync(table, tenantId, stream, request.Ids, "It is being filled anew already.", cancellationToken);
        }
        return Unit.Value;
    }
}
