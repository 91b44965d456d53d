using System.CommandLine;

namespace Dvt.Cli;

/// <summary>Options that every command takes.</summary>
sealed class GlobalOptions
{
    public readonly Option<string?> Url = new("--url")
    {
        Description = "Address of the API; otherwise DVT_URL, otherwise what runs here.",
        HelpName = "URL",
        Recursive = true,
    };

    public readonly Option<string?> Token = new("--token")
    {
        Description = "Bearer token; otherwise DVT_TOKEN.",
        HelpName = "TOKEN",
        Recursive = true,
    };

    public readonly Option<string?> Key = new("--key")
    {
        Description = "API key; otherwise DVT_API_KEY, otherwise that of what runs here. The variables are safer: other users can read a command line.",
        HelpName = "KEY",
        Recursive = true,
    };

    public readonly Option<bool> Json = new("--json") { Description = "The answer as JSON.", Recursive = true };

    public IReadOnlyList<Option> All => [Url, Token, Key, Json];
}

/// <summary>Options of commands that send orders.</summary>
sealed class SendingOptions
{
    readonly Option<string?> key = new("--idempotency-key")
    {
        Description = "The same order again with the same key is the same order: safe to repeat for 24 hours.",
        HelpName = "KEY",
    };

    readonly Option<bool> wait = new("--wait") { Description = $"Waits up to {Sending.MaxWait} s for the outcome instead of the acceptance." };

    public IReadOnlyList<Option> All => [key, wait];

    public bool Waits(Call call) => call.Get(wait);

    public Sending Of(Call call, long? ifMatch = null) => new(call.Get(key), call.Get(wait), ifMatch);
}

/// <summary>Of commands that are answered at once and safe to repeat with a key.</summary>
sealed class KeyedOption
{
    readonly Option<string?> key = new("--idempotency-key")
    {
        Description = "The same again with the same key is the same order; a secret is not told twice.",
        HelpName = "KEY",
    };

    public IReadOnlyList<Option> All => [key];

    public Sending Of(Call call) => new(call.Get(key));
}

/// <summary>Options of commands that list.</summary>
sealed class PagingOptions
{
    readonly Option<int> limit = new("--limit") { Description = "Rows, at the most.", HelpName = "N", DefaultValueFactory = _ => 20 };
    readonly Option<bool> everything = new("--all") { Description = "Every row, whatever the limit." };
    readonly Option<string?> cursor = new("--cursor") { Description = "Goes on where an answer's nextCursor left off.", HelpName = "CURSOR" };

    public IReadOnlyList<Option> All => [limit, everything, cursor];

    /// <summary>Null for all.</summary>
    public int? Limit(Call call) => call.Get(everything) ? null
        : call.Get(limit) is > 0 and var rows ? rows : throw CommandEndedException.Usage("--limit wants a number of at least 1");

    public string? Cursor(Call call) => call.Get(cursor);
}
