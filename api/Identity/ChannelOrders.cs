using System.Text;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.ReadModels;
using MediatR;
using Npgsql;

namespace Dvt.Api;

/// <summary>Written by the API itself: the token must reach no queue.</summary>
sealed record RegisterChannel(Caller Caller, string Kind, string ExternalId, string Name, string? Token, RequestIds Ids) : IOrder, IRequest<Guid>
{
    public string Permission => Api.Permission.ManageChannels;
}

sealed class RegisterChannelHandler(IdentityWriter writer, IdentityTable table, ConversationQueries queries, KeyWrap keys) : IRequestHandler<RegisterChannel, Guid>
{
    public async Task<Guid> Handle(RegisterChannel request, CancellationToken cancellationToken)
    {
        Guid tenantId = request.Caller.TenantId, channelId = request.Ids.KeyId;
        var stream = $"channel-{channelId}";
        try
        {
            await writer.WriteAsync(tenantId, request.Caller.Actor, request.Ids.CommandId,
                [
                    ChannelTable.Insert(tenantId, channelId, request.Kind, request.ExternalId, request.Name,
                        request.Token is { } token ? keys.Wrap($"channel:{channelId}", Encoding.UTF8.GetBytes(token)) : null),
                ],
                cancellationToken, (stream, 1, new ChannelRegistered(channelId, request.Kind, request.ExternalId, request.Name)));
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            if (await queries.ChannelAsync(tenantId, channelId, cancellationToken) is null)
                throw new ProblemException(Problems.AlreadyExists, "This telephone is registered already.");
            await Repeated.CheckAsync(table, tenantId, stream, request.Ids, "This channel exists already.", cancellationToken);
        }
        return channelId;
    }
}

sealed record DeleteChannel(Caller Caller, Guid ChannelId) : IOrder, IRequest
{
    public string Permission => Api.Permission.ManageChannels;
}

sealed class DeleteChannelHandler(IdentityWriter writer, ConversationQueries queries) : IRequestHandler<DeleteChannel, Unit>
{
    public async Task<Unit> Handle(DeleteChannel request, CancellationToken cancellationToken)
    {
        var tenantId = request.Caller.TenantId;
        if (await queries.ChannelAsync(tenantId, request.ChannelId, cancellationToken) is null)
            throw new ProblemException(Problems.NotFound);
        await writer.WriteAsync(tenantId, request.Caller.Actor, commandId: null, [ChannelTable.Delete(tenantId, request.ChannelId)], cancellationToken,
            ($"channel-{request.ChannelId}", 2, new ChannelDeleted(request.ChannelId)));
        return Unit.Value;
    }
}
