using System.Net;
using System.Text;
using Dvt.Client;

namespace Dvt.Tests.Client;

/// <summary>The client before an API of the test's own making, on a clock that does not wait.</summary>
sealed class ClientRig : HttpMessageHandler
{
    readonly Queue<Func<HttpResponseMessage>> answers = [];

    public ClientRig() => Client = new(new HttpClient(this) { BaseAddress = new Uri("http://api.test/dvt/") }, new() { ApiKey = "dvt_key", Time = Clock });

    public DvtClient Client { get; }

    public Instantly Clock { get; } = new();

    public List<Sent> Requests { get; } = [];

    public sealed record Sent(string Method, string Place, string? Body, Dictionary<string, string> Headers);

    public ClientRig Answers(string json, int status = 200, string type = "application/json", params (string Name, string Value)[] headers) => Does(() =>
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(json, Encoding.UTF8, type) };
        foreach (var (name, value) in headers)
            answer.Headers.TryAddWithoutValidation(name, value);
        return answer;
    });

    public ClientRig Does(Func<HttpResponseMessage> answer)
    {
        answers.Enqueue(answer);
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? []).ToDictionary(h => h.Key, h => string.Join(',', h.Value));
        Requests.Add(new Sent(request.Method.Method, request.RequestUri!.PathAndQuery, request.Content is { } body ? await body.ReadAsStringAsync(cancellationToken) : null, headers));
        return answers.TryDequeue(out var answer) ? answer() : throw new HttpRequestException("Connection refused");
    }

    /// <summary>Every wait is over at once and remembered.</summary>
    public sealed class Instantly : TimeProvider
    {
        long passed;

        public List<TimeSpan> Waits { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => passed;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Waits.Add(dueTime);
                passed += dueTime.Ticks;
                dueTime = TimeSpan.Zero;
            }
            return System.CreateTimer(callback, state, dueTime, period);
        }
    }
}
