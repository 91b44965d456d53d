using System.Text;

namespace Dvt.Lodging.Understanding;

/// <summary>Letters as guests type them, brought to one form.</summary>
static class Letters
{
    const string Accented = "áàâãäåéèêëíìîïóòôõöúùûüñçý";
    const string Plain = "aaaaaaeeeeiiiiooooouuuuncy";

    public static bool IsApostrophe(char c) => c is '\'' or '’' or '‘' or '`' or '´';

    /// <summary>An accent that follows its letter, where a keyboard writes decomposed text.</summary>
    public static bool IsCombining(char c) => c is >= '\u0300' and <= '\u036f';

    /// <summary>Lower case, without accents and apostrophes; what is repeated more than twice is said twice.</summary>
    public static string Fold(ReadOnlySpan<char> word)
    {
        var folded = new StringBuilder(word.Length);
        foreach (var c in word)
        {
            var lower = char.ToLowerInvariant(c);
            var plain = Accented.IndexOf(lower, StringComparison.Ordinal) is >= 0 and var at ? Plain[at] : lower;
            var isThird = folded.Length >= 2 && folded[^1] == plain && folded[^2] == plain;
            if (!IsApostrophe(c) && !IsCombining(c) && c is not 'º' and not 'ª' and not '°' && !isThird)
                folded.Append(plain);
            else if (c is 'º' or 'ª' or '°')
                folded.Append('o');
        }
        return folded.ToString();
    }

    /// <summary>The marks that mean something, dashes as one; null for all others.</summary>
    public static string? Mark(char c) => c switch
    {
        '-' or '–' or '—' or '−' or '‐' or '→' or '>' or '~' => "-",
        '/' or '\\' => "/",
        '.' or ',' or '?' or '!' or ';' or ':' or '+' or '&' or '$' or '%' or '(' or ')' => c.ToString(),
        '\n' => ";",
        _ => null,
    };

    /// <summary>How a Spanish word sounds: letters that guests confuse become one.</summary>
    public static string Sound(string word)
    {
        var sound = new StringBuilder(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            var c = word[i];
            var next = i + 1 < word.Length ? word[i + 1] : ' ';
            switch (c)
            {
                case 'q' when next == 'u':
                    Add('k');
                    i++;
                    break;
                case 'c' when next == 'h':
                    Add('C');
                    i++;
                    break;
                case 'l' when next == 'l':
                    Add('i');
                    i++;
                    break;
                case 'h':
                    break;
                default:
                    Add(c switch
                    {
                        'c' => next is 'e' or 'i' ? 's' : 'k',
                        'z' => 's',
                        'v' => 'b',
                        'y' => 'i',
                        'q' => 'k',
                        'g' when next is 'e' or 'i' => 'j',
                        _ => c,
                    });
                    break;
            }
        }
        return sound.ToString();

        void Add(char c)
        {
            if (sound.Length == 0 || sound[^1] != c)
                sound.Append(c);
        }
    }
}
