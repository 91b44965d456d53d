using Dvt.Api;
using Xunit;

namespace Dvt.Tests.Rules.Webhooks;

public sealed class WebhookUrlTests
{
    [Theory]
    [InlineData("https://crm.example/dvt?token=1", null)]
    [InlineData("https://93.184.215.14/", null)]
    [InlineData("http://crm.example/dvt", "https_required")]
    [InlineData("ftp://crm.example/", "invalid_url")]
    [InlineData("crm.example", "invalid_url")]
    [InlineData("https://user:secret@crm.example/", "invalid_url")]
    [InlineData("https://crm.example/#a", "invalid_url")]
    [InlineData("https://127.0.0.1/", "address_refused")]
    [InlineData("https://10.1.2.3/", "address_refused")]
    [InlineData("https://169.254.169.254/latest", "address_refused")]
    [InlineData("https://0x7f.1/", "address_refused")]
    [InlineData("https://2130706433/", "address_refused")]
    [InlineData("https://[::1]/", "address_refused")]
    [InlineData("https://[::ffff:10.0.0.1]/", "address_refused")]
    [InlineData("https://[fd00::1]/", "address_refused")]
    [InlineData("https://localhost/", "address_refused")]
    [InlineData("https://LOCALHOST./", "address_refused")]
    [InlineData("https://printer.local/", "address_refused")]
    [InlineData("https://postgres/", "address_refused")]
    public void An_address_is_outside_and_encrypted(string url, string? code) => Assert.Equal(code, WebhookUrl.FaultOf(url, [])?.Code);

    [Fact]
    public void A_host_inside_that_the_tenant_names_may_be_told()
    {
        Assert.Null(WebhookUrl.FaultOf("http://127.0.0.1:5290/webhooks/a", ["127.0.0.1:5290"]));
        Assert.NotNull(WebhookUrl.FaultOf("http://127.0.0.1:5291/webhooks/a", ["127.0.0.1:5290"]));
    }
}
