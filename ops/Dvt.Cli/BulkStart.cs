using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>bulk start</c>: a run for each line of a file, a thousand a request.</summary>
static class BulkStart
{
    /// <summary>Runs of one request, at the most.</summary>
    const int AtOnce = 1_000;

    public static Command Command(Making making)
    {
        var plan = new Argument<string>("plan") { Description = "Id of the plan." };
        var file = new Argument<string>("file") { Description = "Inputs: NDJSON, one object a line, or CSV with a header (by the name, or --csv); - reads standard input." };
        var version = new Option<string?>("--version") { Description = "The newest published unless told.", HelpName = "VERSION" };
        var csv = new Option<bool>("--csv") { Description = "The file is CSV. A column called name:json holds JSON, any other text." };
        var labels = new Option<string[]>("--label") { Description = "Kept with each run; may be given more than once.", HelpName = "NAME=VALUE" };
        var key = new Option<string?>("--idempotency-key") { Description = "The same file again with the same key starts nothing twice.", HelpName = "KEY" };
        return making.Command("start", "Starts a run for each line of a file, a thousand a request. All lines of a request are checked before the first run starts.",
            [plan, file, version, csv, labels, key], async call =>
            {
                var path = call.Get(file);
                var inputs = Inputs(await call.DocumentAsync(path), path, call.Get(csv) || path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase));
                var pairs = Runs.Pairs(call.Get(labels));
                var started = 0;
                foreach (var (place, part) in inputs.Chunk(AtOnce).Index())
                {
                    var body = Json.Object(json => Write(json, call.Get(plan), call.Get(version), part, pairs));
                    var how = new Sending(call.Get(key) is { } given ? $"{given}-{place}" : null);
                    var answer = await call.PostAsync(Route.To("runs", "bulk"), body, how);
                    started += part.Length;
                    if (call.InJson)
                        call.Output.WriteLine(Json.Line(answer.Body));
                    else
                        call.Line($"accepted: {part.Length} runs, job {answer.Body.Text("bulkJobId")}");
                }
                if (started > AtOnce && !call.InJson)
                    call.Line($"{started} runs in all");
                return ExitCode.Done;
            });
    }

    static void Write(Utf8JsonWriter json, string plan, string? version, JsonElement[] inputs, List<(string Name, string Value)> labels)
    {
        json.WriteStartObject();
        json.WriteStartObject("planRef");
        json.WriteString("planId", plan);
        json.Optional("version", version);
        json.WriteEndObject();
        json.WriteStartArray("inputs");
        foreach (var input in inputs)
            input.WriteTo(json);
        json.WriteEndArray();
        if (labels.Count > 0)
        {
            json.WriteStartObject("context");
            json.WriteStartObject("labels");
            foreach (var (name, value) in labels)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static List<JsonElement> Inputs(byte[] document, string path, bool isCsv)
    {
        var inputs = isCsv ? OfCsv(Encoding.UTF8.GetString(document), path) : OfLines(document, path);
        return inputs.Count > 0 ? inputs : throw CommandEndedException.Usage($"{path} has no line");
    }

    static List<JsonElement> OfLines(byte[] document, string path)
    {
        var inputs = new List<JsonElement>();
        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(document).Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                inputs.Add(Documents.Parse(Encoding.UTF8.GetBytes(line), $"{path}, line {number},"));
        }
        return inputs;
    }

    static List<JsonElement> OfCsv(string text, string path)
    {
        var rows = Csv.Read(text);
        if (rows.Count == 0)
            return [];
        var header = rows[0];
        return [.. rows.Skip(1).Index().Select(row => row.Item.Length == header.Length
            ? Json.Parse(Json.Object(json => WriteRow(json, header, row.Item, $"{path}, row {row.Index + 2},")))
            : throw CommandEndedException.Usage($"{path}, row {row.Index + 2} has {row.Item.Length} fields, the header {header.Length}"))];
    }

    static void WriteRow(Utf8JsonWriter json, string[] header, string[] row, string place)
    {
        json.WriteStartObject();
        for (var i = 0; i < header.Length; i++)
            if (header[i].EndsWith(":json", StringComparison.Ordinal))
            {
                json.WritePropertyName(header[i][..^5]);
                Documents.Parse(Encoding.UTF8.GetBytes(row[i]), $"{place} {header[i]}").WriteTo(json);
            }
            else
                json.WriteString(header[i], row[i]);
        json.WriteEndObject();
    }
}

/// <summary>RFC 4180.</summary>
static class Csv
{
    /// <summary>Rows of fields; empty lines are none.</summary>
    public static List<string[]> Read(string text)
    {
        var (rows, row, field) = (new List<string[]>(), new List<string>(), new StringBuilder());
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (quoted && letter == '"' && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[i++]);
            else if (letter == '"')
                quoted = !quoted;
            else if (quoted || letter is not (',' or '\r' or '\n'))
                field.Append(letter);
            else if (letter == ',')
                End(field, row);
            else if (letter == '\n')
                EndRow(field, row, rows);
        }
        EndRow(field, row, rows);
        return rows;
    }

    static void End(StringBuilder field, List<string> row)
    {
        row.Add(field.ToString());
        field.Clear();
    }

    static void EndRow(StringBuilder field, List<string> row, List<string[]> rows)
    {
        if (row.Count == 0 && field.Length == 0)
            return;
        End(field, row);
        rows.Add([.. row]);
        row.Clear();
    }
}
