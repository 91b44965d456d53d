using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary>One command as it was given, and what it is carried out with.</summary>
sealed class Call(ParseResult given, GlobalOptions global, Surroundings around, CancellationToken stop) : IDisposable
{
    readonly Lazy<HttpApi> api = new(() => new HttpApi(
        Server.Find(around, given.GetValue(global.Url), given.GetValue(global.Token), given.GetValue(global.Key)), around.Handler()));

    public HttpApi Api => api.Value;

    public bool InJson { get; } = given.GetValue(global.Json);

    public TextWriter Output => around.Output;

    public TextWriter Error => around.Error;

    public CancellationToken Stop => stop;

    public T? Get<T>(Option<T> option) => given.GetValue(option);

    public T Get<T>(Argument<T> argument) => given.GetValue(argument)!;

    public Task<byte[]> DocumentAsync(string path) => Documents.ReadAsync(around, path, stop);

    public Task<JsonElement> JsonDocumentAsync(string path) => Documents.ReadJsonAsync(around, path, stop);

    public Task<Answer> GetAsync(string path) => Api.GetAsync(path, stop);

    public Task<Answer> PostAsync(string path, ReadOnlyMemory<byte>? body, Sending how) => Api.SendAsync(HttpMethod.Post, path, body, how, stop);

    /// <summary>A file of the API into a file of the user, or as text to the output.</summary>
    public async Task DownloadAsync(string path, string? file)
    {
        using var answer = await Api.DownloadAsync(path, stop);
        await using var content = await answer.Content.ReadAsStreamAsync(stop);
        if (file is null)
        {
            using var text = new StreamReader(content);
            var buffer = new char[16 * 1024];
            while (await text.ReadAsync(buffer, stop) is > 0 and var read)
                await Output.WriteAsync(buffer.AsMemory(0, read), stop);
            return;
        }
        try
        {
            await using var to = File.Create(file);
            await content.CopyToAsync(to, stop);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw CommandEndedException.Usage($"cannot write {file}: {fault.Message}");
        }
    }

    /// <summary>Answers as JSON, or as people read it.</summary>
    public int Show(JsonElement answer, Action<JsonElement> forPeople, int exitCode = ExitCode.Done)
    {
        if (!InJson)
            forPeople(answer);
        else if (answer.ValueKind is not JsonValueKind.Undefined)
            Output.WriteLine(Json.Page(answer));
        return exitCode;
    }

    /// <summary>A command's answer: the resource, or that it was accepted only.</summary>
    /// <param name="wanted">The outcome was waited for.</param>
    public int Show(Answer answer, bool wanted, Action<JsonElement> forPeople)
    {
        if (!answer.IsOnlyAccepted)
            return Show(answer.Body, forPeople);
        Show(answer.Body, accepted => Line($"accepted: {accepted.Get("resource")?.Text("type")} {accepted.Get("resource")?.Text("id")}, command {accepted.Text("commandId")}"));
        if (!wanted)
            return ExitCode.Done;
        Error.WriteLine("dvt: not decided in time; it still will be");
        return ExitCode.NotInTime;
    }

    /// <summary>That it was done, where the API answers nothing; nothing in JSON.</summary>
    public void Tell(string done)
    {
        if (!InJson)
            Line(done);
    }

    public void Line(string text) => Output.WriteLine(Table.Plain(text));

    /// <summary>Names and values, one a line; those without a value are left out.</summary>
    public void Fields(params IEnumerable<(string Name, string Value)> fields)
    {
        var told = fields.Where(f => f.Value.Length > 0).ToList();
        var width = told.Select(f => f.Name.Length).DefaultIfEmpty().Max() + 2;
        foreach (var (name, value) in told)
            Output.WriteLine(name.PadRight(width) + Table.Plain(value));
    }

    public void Dispose()
    {
        if (api.IsValueCreated)
            api.Value.Dispose();
    }
}
