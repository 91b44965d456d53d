using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>A list to take away as one file, page after page, so that a million rows take no more memory than a thousand.</summary>
/// <param name="Page">A page of the list behind a cursor.</param>
/// <param name="Line">What a row is in the file, with its end.</param>
sealed record PagedFile<T>(string ContentType, string Name, string? Header, Func<string?, Task<Fresh<Page<T>>>> Page, Func<T, string> Line)
{
    /// <summary>One more header of the answer; null for none.</summary>
    public (string Name, string Value)? Told { get; init; }

    /// <summary>The first page is read before anything is sent, so that a filter that is not understood gets its problem.</summary>
    public async Task SendAsync(Call call)
    {
        var page = await Page(null);
        var response = call.Http.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"{Name}\"";
        if (Told is { } told)
            response.Headers[told.Name] = told.Value;
        call.Position(page.Position);
        await using var to = new StreamWriter(response.Body);
        if (Header is not null)
            await to.WriteAsync(Header);
        while (true)
        {
            foreach (var row in page.Value.Items)
                await to.WriteAsync(Line(row));
            if (page.Value.NextCursor is not { } next)
                return;
            page = await Page(next);
        }
    }
}
