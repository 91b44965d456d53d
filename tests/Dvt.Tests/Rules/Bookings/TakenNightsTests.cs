using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Bookings;

public sealed class TakenNightsTests(ITestOutputHelper output)
{
    static readonly Guid Me = Guid.NewGuid();

    [Fact]
    public void One_may_come_on_the_day_another_leaves()
    {
        var taken = new TakenNights();
        taken.Take(Guid.NewGuid(), Guid.NewGuid(), Stays.After(5, 3));
        Assert.True(taken.AreFree(Stays.After(2, 3), Me));
        Assert.True(taken.AreFree(Stays.After(8, 1), Me));
        Assert.False(taken.AreFree(Stays.After(7, 2), Me));
    }

    [Fact]
    public void Blocks_of_a_unit_are_in_no_block_s_way()
    {
        var (taken, unit) = (new TakenNights(), Guid.NewGuid());
        taken.Take(Guid.NewGuid(), unit, Stays.After(5, 3));
        Assert.True(taken.AreFree(Stays.After(6, 1), unit));
        Assert.False(taken.AreFree(Stays.After(6, 1), Me));
    }

    [Fact]
    public void An_alternative_before_is_never_in_the_past()
    {
        var taken = new TakenNights();
        taken.Take(Guid.NewGuid(), Guid.NewGuid(), Stays.After(1, 3));
        Assert.Equal([Stays.After(4, 2)], StayRules.Alternatives(Stays.Cabin, taken, Stays.After(2, 2), 1, Me, Stays.Today));
    }

    /// <summary>Beside an oracle that tries day after day.</summary>
    [Fact]
    public void Alternatives_are_the_nearest_free_stays_before_and_after()
    {
        var random = Seeded.Start(output);
        for (var i = 0; i < 2_000; i++)
        {
            var taken = new TakenNights();
            for (var n = random.Next(1, 25); n > 0; n--)
                taken.Take(Guid.NewGuid(), Guid.NewGuid(), Stays.After(random.Next(0, 80), random.Next(1, 8)));
            var unit = Stays.Cabin with { MinNights = random.Next(1, 3) };
            var wanted = Stays.After(random.Next(0, 80), random.Next(2, 9));
            var found = StayRules.Alternatives(unit, taken, wanted, 1, Me, Stays.Today);
            Assert.Equal(new[] { Search(taken, wanted, -1), Search(taken, wanted, +1) }.OfType<Stay>(), found);
        }
    }

    static Stay? Search(TakenNights taken, Stay wanted, int direction)
    {
        for (var n = 1; n <= 90; n++)
        {
            var stay = new Stay(wanted.CheckIn.AddDays(n * direction), wanted.CheckOut.AddDays(n * direction));
            if (stay.CheckIn >= Stays.Today && taken.AreFree(stay, Me))
                return stay;
        }
        return null;
    }
}
