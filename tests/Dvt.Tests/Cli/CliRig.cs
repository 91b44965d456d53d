using System.Net;
using System.Text;
using Dvt.Cli;

namespace Dvt.Tests.Cli;

/// <summary>The commands before an API of the test's own making: what they sent, what they printed.</summary>
sealed class CliRig
{
    public const string Url = "http://api.test:5080";

    readonly Queue<Func<HttpResponseMessage>> answers = [];

    public Dictionary<string, string> Variables { get; } = new() { ["DVT_URL"] = Url };

    public Dictionary<string, string> Installation { get; } = [];

    public string Input { get; set; } = "";

    public List<Sent> Requests { get; } = [];

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public sealed record Sent(string Method, Uri Url, string? Body, Dictionary<string, string> Headers);

    public CliRig Answers(string json, int status = 200, string type = "application/json") =>
        Does(() => new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(json, Encoding.UTF8, type) });

    public CliRig Does(Func<HttpResponseMessage> answer)
    {
        answers.Enqueue(answer);
        return this;
    }

    public async Task<int> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var exitCode = await ApiCommands.RunAsync(arguments, new Surroundings(
            Variables.GetValueOrDefault, Installation, ["up", "down"], () => new MemoryStream(Encoding.UTF8.GetBytes(Input)), output, error, () => new Handler(this)), patience.Token);
        (Output, Error) = (output.ToString(), error.ToString());
        return exitCode;
    }

    sealed class Handler(CliRig rig) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? []).ToDictionary(h => h.Key, h => string.Join(',', h.Value));
            rig.Requests.Add(new Sent(request.Method.Method, request.RequestUri!, request.Content is { } body ? await body.ReadAsStringAsync(cancellationToken) : null, headers));
            return rig.answers.TryDequeue(out var answer) ? answer() : throw new HttpRequestException("Connection refused");
        }
    }
}
