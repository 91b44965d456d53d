using System.Diagnostics;
using Dvt.Api;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dvt.Tests.Api;

public sealed class LimitAndIdTests
{
    [Fact]
    public void A_bucket_gives_its_burst_and_then_its_rate()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 5);
        var now = Stopwatch.Frequency * 100;
        for (var left = 4; left >= 0; left--)
        {
            Assert.True(bucket.TryTake(now, out var seen, out _));
            Assert.Equal(left, seen);
        }
        Assert.False(bucket.TryTake(now, out _, out var wait));
        Assert.InRange(wait.TotalMilliseconds, 99, 101);
        Assert.True(bucket.IsEmpty(now, out _));
        now += Stopwatch.Frequency / 10;
        Assert.True(bucket.TryTake(now, out _, out _));
        Assert.False(bucket.TryTake(now, out _, out _));
        now += Stopwatch.Frequency * 100;
        Assert.True(bucket.IsIdle(now));
        Assert.Equal(0, bucket.Taken(now));
        Assert.Equal(5, Enumerable.Range(0, 20).Count(_ => bucket.TryTake(now, out var _, out var _)));
    }

    [Fact]
    public void Many_threads_take_no_more_than_there_is()
    {
        var bucket = new TokenBucket(perSecond: 1, burst: 1_000);
        var now = Stopwatch.GetTimestamp();
        var taken = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (bucket.TryTake(now, out var _, out var _))
                Interlocked.Increment(ref taken);
        });
        Assert.Equal(1_000, taken);
    }

    [Fact]
    public void Failed_logins_are_limited_per_address_and_email()
    {
        var limits = new RateLimits(new ApiOptions { LoginFailuresPerMinute = 20 });
        for (var i = 0; i < 20; i++)
        {
            limits.CheckLogin("1.2.3.4", "a@b.c");
            limits.CountFailedLogin("1.2.3.4", "a@b.c");
        }
        var problem = Assert.Throws<ProblemException>(() => limits.CheckLogin("1.2.3.4", "a@b.c"));
        Assert.Equal(429, problem.Kind.Status);
        Assert.True(problem.RetryAfter > 0);
        limits.CheckLogin("1.2.3.5", "a@b.c");
        limits.CheckLogin("1.2.3.4", "b@b.c");
    }

    static Caller CallerOf(Guid tenant, int burst) => new(
        tenant, "t", UserId: null, Guid.NewGuid(), "key:k", Roles: [], new TenantQuota(RequestsPerSecond: 1, burst, Unlimited: false), Suspended: false, ExpiresAt: null);

    [Fact]
    public void What_is_blocked_and_what_still_counts_is_told_by_limit()
    {
        using var counted = new Counted();
        var limits = new RateLimits(new ApiOptions { LoginFailuresPerMinute = 1 });
        double Blocked(string limit) => counted[$"rate_limit_requests_blocked_total{{limit={limit}}}"];
        Dictionary<object, long> Still(long now) => limits.Counted(now).ToDictionary(m => m.Tags[0].Value!, m => m.Value);
        var caller = CallerOf(Guid.NewGuid(), burst: 3);
        for (var call = 0; call < 3; call++)
            limits.Admit(new DefaultHttpContext(), caller);
        limits.CountFailedLogin("1.2.3.4", "a@b.c");
        Assert.Equal(new Dictionary<object, long> { ["tenant"] = 3, ["key"] = 3, ["login"] = 1, ["address"] = 1 }, Still(Stopwatch.GetTimestamp()));
        Assert.Throws<ProblemException>(() => limits.Admit(new DefaultHttpContext(), caller));
        Assert.Equal((1, 0, 0), (Blocked("tenant"), Blocked("key"), Blocked("login")));
        Assert.Throws<ProblemException>(() => limits.CheckLogin("1.2.3.4", "a@b.c"));
        Assert.Equal((1, 0, 1), (Blocked("tenant"), Blocked("key"), Blocked("login")));
        Assert.Equal(0, Still(Stopwatch.GetTimestamp() + (Stopwatch.Frequency * 3_600)).Values.Sum());
    }

    [Fact]
    public void A_key_is_blocked_when_its_tenant_still_has_some_left()
    {
        using var counted = new Counted();
        var limits = new RateLimits(new ApiOptions());
        var caller = CallerOf(Guid.NewGuid(), burst: 2);
        for (var call = 0; call < 2; call++)
            limits.Admit(new DefaultHttpContext(), caller);
        // As after a change of the quota and back: the tenant's bucket is a new one.
        limits.Admit(new DefaultHttpContext(), CallerOf(caller.TenantId, burst: 5));
        Assert.Throws<ProblemException>(() => limits.Admit(new DefaultHttpContext(), caller));
        Assert.Equal(1, counted["rate_limit_requests_blocked_total{limit=key}"]);
        Assert.Equal(0, counted["rate_limit_requests_blocked_total{limit=tenant}"]);
    }

    [Fact]
    public void What_is_no_credential_is_limited_per_address_whatever_it_names()
    {
        var limits = new RateLimits(new ApiOptions { FailuresPerMinutePerAddress = 30 });
        for (var i = 0; i < 30; i++)
        {
            limits.CheckAddress("1.2.3.4");
            if (i % 2 == 0)
                limits.CountFailedLogin("1.2.3.4", $"{i}@b.c");
            else
                limits.CountFailure("1.2.3.4");
        }
        var problem = Assert.Throws<ProblemException>(() => limits.CheckLogin("1.2.3.4", "new@b.c"));
        Assert.Equal((429, "rate_limited"), (problem.Kind.Status, problem.Kind.Code));
        Assert.True(problem.RetryAfter > 0);
        Assert.Throws<ProblemException>(() => limits.CheckAddress("1.2.3.4"));
        limits.CheckAddress("1.2.3.5");
        var none = new RateLimits(new ApiOptions { FailuresPerMinutePerAddress = 0 });
        for (var i = 0; i < 1_000; i++)
            none.CountFailure("1.2.3.4");
        none.CheckAddress("1.2.3.4");
        var usual = new RateLimits(new ApiOptions());
        for (var i = 0; i < 1_000; i++)
            usual.CountFailure("127.0.0.1");
        usual.CheckAddress("127.0.0.1");
    }

    [Theory]
    [InlineData("wait=5", 5)]
    [InlineData("wait=90", 30)]
    [InlineData("wait", 30)]
    [InlineData("respond-async, wait", 30)]
    [InlineData("respond-async", null)]
    [InlineData("wait=soon", null)]
    public void Who_prefers_to_wait_says_how_long_or_waits_as_long_as_may_be(string preference, int? seconds)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["Prefer"] = preference;
        Assert.Equal(seconds, (int?)new Call(http, ApiRoutes.All[0], null!, caller: null).Wait()?.TotalSeconds);
    }

    [Fact]
    public void A_key_names_the_resource_and_the_body_names_the_command()
    {
        Guid tenant = Guid.NewGuid(), other = Guid.NewGuid();
        var first = RequestIds.Of(tenant, "POST", "/v1/runs", "k", "{}"u8);
        Assert.Equal(first, RequestIds.Of(tenant, "POST", "/v1/runs", "k", "{}"u8));
        var changed = RequestIds.Of(tenant, "POST", "/v1/runs", "k", "{ }"u8);
        Assert.Equal(first.KeyId, changed.KeyId);
        Assert.NotEqual(first.CommandId, changed.CommandId);
        Assert.Equal(4, new[]
        {
            first, RequestIds.Of(other, "POST", "/v1/runs", "k", "{}"u8), RequestIds.Of(tenant, "POST", "/v1/plans", "k", "{}"u8), RequestIds.Of(tenant, "POST", "/v1/runs", "l", "{}"u8),
        }.Select(i => i.KeyId).Distinct().Count());
        Assert.Equal(NamedId.Of("key", tenant.ToString(), "POST", "/v1/runs", "k"), first.KeyId);
        Assert.Equal(5, first.KeyId.Version);
        Assert.Equal(7, RequestIds.Fresh().KeyId.Version);
    }

    [Fact]
    public void A_key_that_the_API_refuses_itself_is_counted()
    {
        using var counted = new Counted();
        Assert.Equal("idempotency_key_reused", RequestIds.Reused().Kind.Code);
        Assert.Equal(1, counted["idempotency_errors_total"]);
    }

    [Fact]
    public void What_was_accepted_lately_is_remembered_and_bounded()
    {
        var recent = new Recent();
        var tenant = Guid.NewGuid();
        Envelope Run(int n) => new(new Guid(n, 0, 0, new byte[8]), nameof(StartRun), tenant, $"r{n}", "a", DateTimeOffset.UnixEpoch.AddSeconds(n), default, Resource: new Resource("run", $"r{n}"));
        for (var i = 0; i < 400_000; i++)
            recent.Add(Run(i));
        Assert.NotNull(recent.Maker(tenant, new Resource("run", "r399999")));
        Assert.NotNull(recent.Command(tenant, new Guid(399_999, 0, 0, new byte[8])));
        Assert.Null(recent.Maker(tenant, new Resource("run", "r0")));
        Assert.Null(recent.Maker(Guid.NewGuid(), new Resource("run", "r399999")));
    }
}
