using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Dvt.Api;

/// <summary>The document and the page that shows it, made once per process.</summary>
sealed class DocumentText([FromKeyedServices(DocumentText.Name)] IOpenApiDocumentProvider provider)
{
    public const string Name = "v1";

    readonly Lazy<(byte[] Html, string Policy)> page = new(MakePage);
    byte[]? openApi;

    public async Task<byte[]> OpenApiAsync(CancellationToken stop)
    {
        if (openApi is { } made)
            return made;
        var document = await provider.GetOpenApiDocumentAsync(stop);
        var text = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, stop);
        return openApi = Encoding.UTF8.GetBytes(text);
    }

    public (byte[] Html, string Policy) Docs() => page.Value;

    static (byte[], string) MakePage()
    {
        var (style, script) = (Resource("docs.css"), Resource("docs.js"));
        var html = Resource("docs.html")
            .Replace("/*style*/", style, StringComparison.Ordinal)
            .Replace("/*script*/", script, StringComparison.Ordinal);
        // Only these two texts may style and run; nothing is fetched but the document itself.
        var policy = $"default-src 'none'; style-src '{Hash(style)}'; script-src '{Hash(script)}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return (Encoding.UTF8.GetBytes(html), policy);
    }

    static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    static string Resource(string name)
    {
        using var stream = typeof(DocumentText).Assembly.GetManifestResourceStream($"docs/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

static class Documents
{
    public static void AddDocuments(this IServiceCollection services)
    {
        services.AddOpenApi(DocumentText.Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer<RouteTables>();
        });
        services.AddSingleton<DocumentText>();
    }

    /// <summary>The document as it is served, without any server.</summary>
    public static async Task PrintAsync(TextWriter output)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // Only the document may stand in the output.
        builder.Logging.ClearProviders();
        builder.Services.AddDocuments();
        await using var app = builder.Build();
        await output.WriteLineAsync(Encoding.UTF8.GetString(await app.Services.GetRequiredService<DocumentText>().OpenApiAsync(CancellationToken.None)));
    }

    /// <summary>Fills the document from the route tables: they are what is mapped, so it cannot drift.</summary>
    sealed class RouteTables : IOpenApiDocumentTransformer
    {
        public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
        {
            var read = OpenApiDocument.Parse(DocumentJson.Make().ToJsonString(), "json");
            if (read.Diagnostic is { Errors.Count: > 0 } faults || read.Document is null)
                throw new InvalidOperationException(string.Join("; ", read.Diagnostic?.Errors.Select(e => e.ToString()) ?? []));
            document.Info = read.Document.Info;
            document.Paths = read.Document.Paths;
            document.Webhooks = read.Document.Webhooks;
            document.Components = read.Document.Components;
            document.Tags = read.Document.Tags;
            document.Security = read.Document.Security;
            document.Servers = read.Document.Servers;
            document.Workspace?.RegisterComponents(document);
            return Task.CompletedTask;
        }
    }
}
