using System.Net;
using System.Text.Json;
using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Xunit;

namespace Dvt.Tests.Effects;

public sealed class HttpStepRuleTests
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("93.184.216.34", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.128.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("2001:4860:4860::8888", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.170", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.88.99.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("198.19.255.255", false)]
    [InlineData("198.51.100.1", false)]
    [InlineData("203.0.113.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", false)]
    [InlineData("::ffff:0:10.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b:1::a00:1", false)]
    [InlineData("100::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:0:7f00:1::", false)]
    [InlineData("2001:10::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("3fff::1", false)]
    [InlineData("5f00::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_addresses_of_everyone_may_be_reached(string address, bool isPublic) =>
        Assert.Equal(isPublic, OutsideAddresses.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("""{}""", "HTTP_INPUT_INVALID")]
    [InlineData("""[]""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"/relative"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"ftp://a.example/"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"file:///etc/passwd"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http:a"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://user:pw@a.example/"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/\r\nX: 1"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","method":"CONNECT"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","method":"GET\r\nX: 1"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","body":1}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","headers":{"Host":"b"}}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","headers":{"transfer-encoding":"chunked"}}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","headers":{"Connection":"x"}}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","headers":{"X-A":"1\r\nX-B: 2"}}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","headers":{"X A":"1"}}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","headers":{"X-A":{}}}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","headers":{"Content-Type":"no type"}}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","expect":[]}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","expect":["6xx"]}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","expect":[99]}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","timeout":"soon"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","timeout":"-PT1S"}""", "HTTP_INPUT_INVALID")]
    [InlineData("""{"url":"http://a.example/","idempotent":"yes"}""", "HTTP_INPUT_INVALID")]
    public void A_step_that_can_never_be_called_is_refused_before_anything_is_sent(string input, string code) =>
        Assert.Equal(code, Assert.Throws<HttpInputException>(() => HttpStepRequest.Read(JsonElement.Parse(input))).Error.Code);

    [Fact]
    public void A_plain_url_is_a_get_that_expects_2xx()
    {
        var request = HttpStepRequest.Read(JsonElement.Parse("""{"url":"https://a.example/x?y=1"}"""));
        Assert.Equal((HttpMethod.Get, true, true, false), (request.Method, request.IsIdempotent, request.Expects(299), request.Expects(300)));
        Assert.Null(request.Body);
    }

    [Fact]
    public void Two_tenants_never_share_an_idempotency_key()
    {
        var step = EffectRig.Step("same");
        Assert.NotEqual(
            new StepCall(new Guid("00000000-0000-0000-0000-000000000001"), step, TimeSpan.Zero).IdempotencyKey,
            new StepCall(new Guid("00000000-0000-0000-0000-000000000002"), step, TimeSpan.Zero).IdempotencyKey);
    }
}
