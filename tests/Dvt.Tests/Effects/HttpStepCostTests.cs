using Dvt.Contracts;
using Dvt.Workers.Effects;
using Xunit;

namespace Dvt.Tests.Effects;

public sealed class HttpStepCostTests
{
    [Fact]
    public void The_header_tells_tokens_and_money_in_any_order()
    {
        Assert.Equal(new Cost(120, new Money("0.12", "USD")), HttpStepCost.Read("tokens=120, money=0.12 USD"));
        Assert.Equal(new Cost(120, new Money("0.12", "USD")), HttpStepCost.Read("money = 0.12  USD,tokens=120"));
        Assert.Equal(new Cost(Tokens: 7), HttpStepCost.Read("tokens=7"));
        Assert.Equal(new Cost(Money: new Money("3", "EUR")), HttpStepCost.Read("money=3 EUR"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tokens=-1")]
    [InlineData("tokens=many")]
    [InlineData("money=3")]
    [InlineData("money=3 EUR USD")]
    [InlineData("price=3")]
    public void A_header_that_cannot_be_read_tells_nothing(string header) => Assert.Null(HttpStepCost.Read(header));
}
