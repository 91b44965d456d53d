using System.Text.Json;
using Dvt.Contracts;
using Dvt.Workers.Webhooks;
using Xunit;

namespace Dvt.Tests.Rules.Webhooks;

public sealed class WebhookFanoutTests
{
    static readonly Guid Tenant = Guid.NewGuid();
    static readonly DateTimeOffset Now = new(2026, 11, 26, 10, 0, 0, TimeSpan.Zero);

    static ToldEvent Told(string type, string data = "{}", string stream = "run-r 1", long offset = 1) => new(
        Slot: 3, offset, Tenant, stream, Seq: 7, type, data, Guid.NewGuid(), "c-1", "user:ana", Now, Now,
        stream.StartsWith("run-", StringComparison.Ordinal) ? "hello" : null, stream.StartsWith("run-", StringComparison.Ordinal) ? "1.0.0" : null);

    static Subscription Wants(params string[] types) => new(Tenant, Guid.NewGuid(), types, Now.AddMinutes(-1));

    [Fact]
    public void An_event_is_a_CloudEvent_with_the_names_of_the_history()
    {
        var e = Told("StepFailed", """{"stepId":"call","attempt":2,"error":{"code":"HTTP_STATUS"}}""");
        var body = JsonElement.Parse(EventBody.Of(e)!.Body);
        Assert.Equal("1.0", body.GetProperty("specversion").GetString());
        Assert.Equal(e.EventId, body.GetProperty("id").GetGuid());
        Assert.Equal($"/v1/tenants/{Tenant}/runs/r%201", body.GetProperty("source").GetString());
        Assert.Equal("dvt.step.failed", body.GetProperty("type").GetString());
        Assert.Equal("call", body.GetProperty("subject").GetString());
        Assert.Equal(Now, body.GetProperty("time").GetDateTimeOffset());
        Assert.Equal("application/json", body.GetProperty("datacontenttype").GetString());
        var data = body.GetProperty("data");
        Assert.Equal(("r 1", "hello", 7, "StepFailed"),
            (data.GetProperty("runId").GetString(), data.GetProperty("planId").GetString(), data.GetProperty("seq").GetInt32(), data.GetProperty("type").GetString()));
        Assert.Equal("HTTP_STATUS", data.GetProperty("data").GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public void An_emitted_event_has_the_type_and_the_data_of_its_plan()
    {
        var told = EventBody.Of(Told("EventEmitted", """{"stepId":"tell","attempt":1,"type":"com.acme.paid","subject":"order-1","data":{"amount":"5.00"}}"""))!;
        var body = JsonElement.Parse(told.Body);
        Assert.Equal(("com.acme.paid", "com.acme.paid", "order-1"), (told.Name, body.GetProperty("type").GetString(), body.GetProperty("subject").GetString()));
        Assert.Equal("5.00", body.GetProperty("data").GetProperty("amount").GetString());
    }

    [Fact]
    public void A_large_event_is_told_without_its_fields()
    {
        var body = EventBody.Of(Told("RunCompleted", $$"""{"output":"{{new string('x', EventBody.MostData)}}"}"""))!.Body;
        Assert.True(body.Length < 2_000);
        Assert.True(JsonElement.Parse(body).GetProperty("data").GetProperty("dataTooLarge").GetBoolean());
    }

    [Fact]
    public void A_compensation_that_is_tried_again_is_no_news()
    {
        Assert.Null(EventBody.Of(Told("StepCompensationFailed", """{"stepId":"a","final":false}""")));
        Assert.NotNull(EventBody.Of(Told("StepCompensationFailed", """{"stepId":"a","final":true}""")));
    }

    [Fact]
    public void Everyone_gets_what_they_asked_for_since_they_asked()
    {
        Subscription all = Wants(), failures = Wants("step.*", "run.failed"), late = Wants() with { ActiveFrom = Now.AddSeconds(1) };
        var foreign = Wants() with { TenantId = Guid.NewGuid() };
        var made = WebhookFanout.Make([all, failures, late, foreign], [Told("RunStarted"), Told("RunFailed", offset: 2)]);
        Assert.Equal([(all.EndpointId, "run.started"), (all.EndpointId, "run.failed"), (failures.EndpointId, "run.failed")],
            made.Select(d => (d.EndpointId, d.Told.Name)));
    }

    [Fact]
    public void The_later_events_of_a_run_wait_behind_the_first()
    {
        var made = WebhookFanout.Make([Wants()],
            [Told("RunQueued", offset: 1), Told("RunStarted", offset: 2), Told("RunQueued", stream: "run-other", offset: 3), Told("RunCompleted", offset: 4)]);
        Assert.Equal([false, true, false, true], made.Select(d => d.Behind));
    }

    [Fact]
    public void The_same_event_for_the_same_endpoint_is_the_same_delivery()
    {
        var (wants, e) = (Wants(), Told("RunCompleted"));
        Assert.Equal(WebhookFanout.Make([wants], [e])[0].DeliveryId, WebhookFanout.Make([wants], [e])[0].DeliveryId);
    }
}
