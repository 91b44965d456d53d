using System.Globalization;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary>Lists of the API, page after page.</summary>
static class Listing
{
    /// <summary>The most that one page may have.</summary>
    const int PageSize = 100;

    /// <summary>Prints up to the wanted number of rows as they come. JSON is one object as the API has it: <c>{items, nextCursor}</c>.</summary>
    /// <param name="query">Filters; those without a value are left out.</param>
    public static async Task<int> ShowAsync(Call call, PagingOptions paging, string path, IEnumerable<(string Name, string? Value)> query, Table table)
    {
        var left = paging.Limit(call);
        var cursor = paging.Cursor(call);
        var filters = query.ToList();
        var shown = 0;
        do
        {
            var size = Math.Min(left ?? PageSize, PageSize);
            var page = (await call.GetAsync(path + Route.Query([.. filters, ("limit", size.ToString(CultureInfo.InvariantCulture)), ("cursor", cursor)]))).Body;
            var rows = page.List("items").ToList();
            if (!call.InJson)
                table.Write(call.Output, rows);
            else
                foreach (var row in rows)
                    call.Output.Write($"{(shown++ == 0 ? "{\"items\":[\n" : ",\n")}{Json.Line(row)}");
            left -= rows.Count;
            cursor = page.Text("nextCursor") is { Length: > 0 } next ? next : null;
        }
        while (cursor is not null && left is null or > 0);
        if (call.InJson)
            call.Output.WriteLine($"{(shown == 0 ? "{\"items\":[" : "\n")}],\"nextCursor\":{(cursor is null ? "null" : $"\"{JsonEncodedText.Encode(cursor)}\"")}}}");
        else if (cursor is not null)
            call.Error.WriteLine("dvt: there are more; see --limit and --all");
        return ExitCode.Done;
    }
}
