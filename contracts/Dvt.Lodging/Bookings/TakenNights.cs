using Dvt.Contracts;

namespace Dvt.Lodging.Bookings;

/// <summary>Nights of a unit that are taken, and by whom. Blocks have a holder in common, so that they may overlap each other.</summary>
public sealed class TakenNights
{
    readonly Dictionary<Guid, (Guid Holder, Stay Stay)> claims = [];

    public IReadOnlyDictionary<Guid, (Guid Holder, Stay Stay)> Claims => claims;

    public void Take(Guid claimId, Guid holder, Stay stay) => claims[claimId] = (holder, stay);

    public void Free(Guid claimId) => claims.Remove(claimId);

    /// <summary>True when nobody but the holder has any of the nights.</summary>
    public bool AreFree(Stay stay, Guid holder) => claims.Values.All(c => c.Holder == holder || !c.Stay.Overlaps(stay));

    /// <summary>The end of whatever somebody else has of these nights, and its beginning; null when they are free.</summary>
    public Stay? InTheWay(Stay stay, Guid holder)
    {
        Stay? found = null;
        foreach (var claim in claims.Values)
            if (claim.Holder != holder && claim.Stay.Overlaps(stay))
                found = found is null ? claim.Stay : new(Earlier(found.CheckIn, claim.Stay.CheckIn), Later(found.CheckOut, claim.Stay.CheckOut));
        return found;
    }

    static DateOnly Earlier(DateOnly a, DateOnly b) => a < b ? a : b;

    static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;
}
