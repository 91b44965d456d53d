namespace Dvt.Lodging.Understanding;

/// <summary>The forms of regular Spanish verbs, with the pronouns that guests hang on to them, folded.</summary>
static class VerbForms
{
    static readonly string[] Ar =
    [
        "ar", "o", "as", "a", "amos", "ais", "an", "e", "es", "emos", "en", "ad", "ando", "ado", "ada", "ados", "adas", "aba", "abamos", "aste", "asteis", "aron", "are",
        "aras", "ara", "aremos", "areis", "aran", "aria", "arias", "ariamos", "ariais", "arian",
    ];

    static readonly string[] Er =
    [
        "er", "o", "es", "e", "emos", "eis", "en", "a", "as", "amos", "an", "ed", "iendo", "ido", "ida", "idos", "i", "io", "imos", "ieron", "ere", "era", "eran", "eria", "erias",
        "eriamos", "eriais", "erian",
    ];

    static readonly string[] Pronouns =
        ["me", "te", "se", "lo", "la", "los", "las", "nos", "os", "le", "les", "melo", "mela", "noslo", "nosla", "telo", "tela", "selo", "sela", "selos", "selas"];

    public static IEnumerable<string> Of(string stem, string conjugation) => (conjugation == "ar" ? Ar : Er).Select(e => stem + e);

    /// <summary>"Reservarla", "resérvanos", "apartémosla", "cancelándosela".</summary>
    public static IEnumerable<string> WithPronouns(string stem, string conjugation)
    {
        string[] carriers = conjugation == "ar" ? ["ar", "a", "e", "en", "ad", "emo", "emos", "ando"] : ["er", "e", "a", "an", "ed", "amo", "amos", "iendo"];
        return carriers.SelectMany(c => Pronouns.Select(p => stem + c + p));
    }
}
