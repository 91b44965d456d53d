namespace Dvt.Engine.Cel;

/// <summary>
/// A path an expression reads: `steps["a"].result.code` is root `steps`, path `a`, `result`, `code`.
/// `Dynamic`: an index that is no literal ends the path. `Guarded`: read only inside `has(…)`.
/// </summary>
public sealed record CelReference(string Root, IReadOnlyList<string> Path, bool Dynamic, bool Guarded, int Position)
{
    /// <summary>One reference per path, first position kept; guarded only if every reading is.</summary>
    internal static IReadOnlyList<CelReference> Merge(IEnumerable<CelReference> references)
    {
        var merged = new List<CelReference>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var reference in references)
        {
            if (places.TryAdd(reference.Key, merged.Count))
                merged.Add(reference);
            else if (!reference.Guarded)
                merged[places[reference.Key]] = merged[places[reference.Key]] with { Guarded = false };
        }
        return merged;
    }

    // The length before each part keeps a part with a separator in it apart from two parts.
    string Key => string.Concat([Dynamic ? "d" : "s", Root, .. Path.Select(part => $"/{part.Length}:{part}")]);
}
