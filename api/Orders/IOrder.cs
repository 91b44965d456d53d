using MediatR;

namespace Dvt.Api;

/// <summary>What all orders say of themselves, so that behaviours can judge them.</summary>
interface IOrder
{
    Caller Caller { get; }

    /// <summary>One of <see cref="Api.Permission"/>.</summary>
    string Permission { get; }

    /// <summary>Faults that the body's schema cannot express.</summary>
    IEnumerable<Fault> Faults() => [];
}

/// <summary>An order that is refused by its own content goes no further.</summary>
sealed class Validation<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse> where TRequest : notnull
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        if (request is IOrder order && order.Faults().ToList() is { Count: > 0 } faults)
            throw new ProblemException(Problems.ValidationFailed, "See errors for what cannot be taken.", faults);
        return next();
    }
}

/// <summary>An order goes no further than its sender's roles; endpoints ask the same earlier, but are not the only senders.</summary>
sealed class Authorisation<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse> where TRequest : notnull
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        if (request is IOrder order && !order.Caller.May(order.Permission))
            throw new ProblemException(Problems.Forbidden, $"{order.Permission} is needed.");
        return next();
    }
}
