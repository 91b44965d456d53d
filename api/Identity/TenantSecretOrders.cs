using System.Text;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;
using MediatR;
using Npgsql;

namespace Dvt.Api;

/// <summary>Written by the API itself: the value must reach no queue.</summary>
sealed record SetSecret(Caller Caller, string Name, string Value, IReadOnlyList<string> Hosts, long? Revision, RequestIds Ids) : IOrder, IRequest<SecretRow>
{
    public string Permission => Api.Permission.ManageSecrets;

    public IEnumerable<Fault> Faults() => PlanNames.IsSecret(Name) ? [] : [new("/name", "invalid_name", "begins with a letter and has letters, digits and _, 63 at the most")];

    public override string ToString() => $"{nameof(SetSecret)} {Name}";
}

sealed class SetSecretHandler(IdentityWriter writer, SecretTable table, KeyWrap keys) : IRequestHandler<SetSecret, SecretRow>
{
    public async Task<SecretRow> Handle(SetSecret request, CancellationToken cancellationToken)
    {
        var (tenantId, name) = (request.Caller.TenantId, request.Name);
        var known = await table.FindAsync(tenantId, name, cancellationToken);
        var revision = known?.Revision ?? 0;
        if (request.Revision is { } wanted && (known is null or { Deleted: true } || wanted != revision))
            throw new ProblemException(Problems.PreconditionFailed, known is null or { Deleted: true } ? "There is no such secret." : $"The secret has revision {revision}.");
        var wrapped = keys.Wrap(SecretUse.WrapName(tenantId, name), Encoding.UTF8.GetBytes(request.Value));
        await SecretTable.WriteAsync(() => writer.WriteAsync(
            tenantId, request.Caller.Actor, request.Ids.CommandId, [SecretTable.Set(tenantId, name, wrapped, request.Hosts, revision)], cancellationToken,
            ($"secret-{name}", revision + 1, new SecretSet(name, request.Hosts))));
        return await table.FindAsync(tenantId, name, cancellationToken) ?? throw new ProblemException(Problems.NotFound);
    }
}

sealed record DeleteSecret(Caller Caller, string Name, long? Revision) : IOrder, IRequest
{
    public string Permission => Api.Permission.ManageSecrets;
}

sealed class DeleteSecretHandler(IdentityWriter writer, SecretTable table) : IRequestHandler<DeleteSecret, Unit>
{
    public async Task<Unit> Handle(DeleteSecret request, CancellationToken cancellationToken)
    {
        var (tenantId, name) = (request.Caller.TenantId, request.Name);
        if (await table.FindAsync(tenantId, name, cancellationToken) is not { Deleted: false } known)
            throw new ProblemException(Problems.NotFound);
        if (request.Revision is { } wanted && wanted != known.Revision)
            throw new ProblemException(Problems.PreconditionFailed, $"The secret has revision {known.Revision}.");
        await SecretTable.WriteAsync(() => writer.WriteAsync(
            tenantId, request.Caller.Actor, commandId: null, [SecretTable.Delete(tenantId, name, known.Revision)], cancellationToken,
            ($"secret-{name}", known.Revision + 1, new SecretDeleted(name))));
        return Unit.Value;
    }
}
