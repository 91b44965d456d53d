using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Dvt.Pipeline;

namespace Dvt.Api;

/// <summary>A token bucket without a timer: the moment at which it would be full again, moved by compare-and-swap (GCRA).</summary>
sealed class TokenBucket(double perSecond, int burst)
{
    readonly long interval = Math.Max(1, (long)(Stopwatch.Frequency / perSecond));
    long fullAt;

    public double PerSecond { get; } = perSecond;

    public int Burst { get; } = burst;

    /// <summary>Takes a token at <paramref name="now"/> (stopwatch ticks); false with the wait until there is one.</summary>
    public bool TryTake(long now, out int left, out TimeSpan wait)
    {
        var depth = interval * Burst;
        while (true)
        {
            var seen = Volatile.Read(ref fullAt);
            var next = Math.Max(seen, now) + interval;
            if (next - now > depth)
            {
                left = 0;
                wait = TimeSpan.FromSeconds((next - now - depth) / (double)Stopwatch.Frequency);
                return false;
            }
            if (Interlocked.CompareExchange(ref fullAt, next, seen) != seen)
                continue;
            left = (int)((depth - (next - now)) / interval);
            wait = TimeSpan.Zero;
            return true;
        }
    }

    /// <summary>True when the next token would be refused; takes nothing.</summary>
    public bool IsEmpty(long now, out TimeSpan wait)
    {
        var over = Math.Max(Volatile.Read(ref fullAt), now) + interval - now - (interval * Burst);
        wait = TimeSpan.FromSeconds(Math.Max(0, over) / (double)Stopwatch.Frequency);
        return over > 0;
    }

    /// <summary>Tokens that were taken and have not come back yet.</summary>
    public int Taken(long now) => (int)((Math.Max(0, Volatile.Read(ref fullAt) - now) + interval - 1) / interval);

    public bool IsIdle(long now) => Volatile.Read(ref fullAt) <= now;
}

/// <summary>Buckets per tenant, per credential and per login that fails, of this process.</summary>
sealed class RateLimits
{
    /// <summary>Beyond this, buckets that are full anyway are forgotten.</summary>
    const int MaxBuckets = 50_000;

    const string OfTenant = "tenant";
    const string OfKey = "key";
    const string OfLogin = "login";
    const string OfAddress = "address";

    /// <summary>A minute and address.</summary>
    const int FailuresUsually = 60;

    static readonly Counter<long> Rejected = PipelineMeters.Meter.CreateCounter<long>("dvt_rate_limit_rejected_total");
    static readonly Counter<long> Blocked = PipelineMeters.Meter.CreateCounter<long>("rate_limit_requests_blocked_total").FromZero("limit", [OfTenant, OfKey, OfLogin, OfAddress]);

    readonly ApiOptions options;
    readonly ConcurrentDictionary<string, TokenBucket> tenants = new();
    readonly ConcurrentDictionary<string, TokenBucket> keys = new();
    readonly ConcurrentDictionary<string, TokenBucket> loginFailures = new();
    readonly ConcurrentDictionary<string, TokenBucket> failures = new();

    public RateLimits(ApiOptions options)
    {
        this.options = options;
        PipelineMeters.Meter.CreateObservableGauge<long>("rate_limit_current_count", () => Counted(Stopwatch.GetTimestamp()));
    }

    /// <summary>Requests and failed logins that still count against a limit, of all buckets.</summary>
    public IEnumerable<Measurement<long>> Counted(long now)
    {
        foreach (var (limit, of) in ((string, ConcurrentDictionary<string, TokenBucket>)[])[(OfTenant, tenants), (OfKey, keys), (OfLogin, loginFailures), (OfAddress, failures)])
            yield return new(of.Sum(bucket => (long)bucket.Value.Taken(now)), new KeyValuePair<string, object?>("limit", limit));
    }

    /// <summary>Counts the request and tells the client what is left; throws the 429.</summary>
    public void Admit(HttpContext http, Caller caller)
    {
        if (caller.Quota is { Unlimited: true })
            return;
        var now = Stopwatch.GetTimestamp();
        var tenant = BucketOf(tenants, caller.TenantId.ToString(), caller);
        var key = BucketOf(keys, caller.LimitKey, caller);
        var limit = OfTenant;
        var admitted = tenant.TryTake(now, out var left, out var wait);
        if (admitted)
        {
            limit = OfKey;
            admitted = key.TryTake(now, out var leftOfKey, out wait);
            left = Math.Min(left, leftOfKey);
        }
        var headers = http.Response.Headers;
        headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture,
            $"\"default\";q={tenant.Burst};w={Math.Max(1, (int)(tenant.Burst / tenant.PerSecond))}");
        var seconds = Seconds(wait);
        headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"default\";r={left};t={(admitted ? 1 : seconds)}");
        if (admitted)
            return;
        Rejected.Add(1);
        Block(limit);
        throw new ProblemException(Problems.RateLimited, "The quota of this tenant or key is used up for now.") { RetryAfter = seconds };
    }

    static void Block(string limit) => Blocked.Add(1, new KeyValuePair<string, object?>("limit", limit));

    TokenBucket BucketOf(ConcurrentDictionary<string, TokenBucket> buckets, string name, Caller caller)
    {
        var perSecond = caller.Quota?.RequestsPerSecond ?? options.RequestsPerSecond;
        var burst = caller.Quota?.Burst ?? Math.Max(perSecond, Math.Min(options.Burst, perSecond * 2));
        // A changed quota makes a new bucket.
        if (buckets.TryGetValue(name, out var known) && known.Burst == burst && (int)known.PerSecond == perSecond)
            return known;
        Forget(buckets);
        return buckets[name] = new TokenBucket(perSecond, burst);
    }

    /// <summary>Throws the 429 when this pair has failed too often.</summary>
    public void CheckLogin(string address, string email)
    {
        CheckAddress(address);
        Check(loginFailures, LoginName(address, email), OfLogin, "Too many failed logins for this email from this address.");
    }

    public void CountFailedLogin(string address, string email)
    {
        CountFailure(address);
        Count(loginFailures, LoginName(address, email), options.LoginFailuresPerMinute);
    }

    /// <summary>Throws the 429 when too many logins and credentials from this address were none.</summary>
    public void CheckAddress(string address) => Check(failures, address, OfAddress, "Too many failed logins and unknown credentials from this address.");

    /// <summary>Only failures count: what is let in is limited by tenant and key.</summary>
    public void CountFailure(string address)
    {
        if ((options.FailuresPerMinutePerAddress ?? (IsOfThisMachine(address) ? 0 : FailuresUsually)) is > 0 and var most)
            Count(failures, address, most);
    }

    static void Check(ConcurrentDictionary<string, TokenBucket> failed, string name, string limit, string detail)
    {
        if (!failed.TryGetValue(name, out var bucket) || !bucket.IsEmpty(Stopwatch.GetTimestamp(), out var wait))
            return;
        Block(limit);
        throw new ProblemException(Problems.RateLimited, detail) { RetryAfter = Seconds(wait) };
    }

    static void Count(ConcurrentDictionary<string, TokenBucket> failed, string name, int perMinute)
    {
        Forget(failed);
        failed.GetOrAdd(name, static (_, perMinute) => new(perMinute / 60.0, perMinute), perMinute).TryTake(Stopwatch.GetTimestamp(), out _, out _);
    }

    static int Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));

    static bool IsOfThisMachine(string address) => IPAddress.TryParse(address, out var ip) && IPAddress.IsLoopback(ip);

    static string LoginName(string address, string email) => $"{address}\n{email}";

    static void Forget(ConcurrentDictionary<string, TokenBucket> buckets)
    {
        if (buckets.Count < MaxBuckets)
            return;
        var now = Stopwatch.GetTimestamp();
        foreach (var bucket in buckets)
            if (bucket.Value.IsIdle(now))
                buckets.TryRemove(bucket);
    }
}
