using System.Globalization;

namespace Dvt.Launcher;

/// <summary>Takes options off a list of arguments; what is left in the end is not understood.</summary>
sealed class Arguments(IReadOnlyList<string> given)
{
    readonly List<string> left = [.. given];

    public bool Flag(string name) => left.Remove(name);

    public int Number(string name, int otherwise)
    {
        var at = left.IndexOf(name);
        if (at < 0)
        {
            return otherwise;
        }

        if (at + 1 >= left.Count || !int.TryParse(left[at + 1], CultureInfo.InvariantCulture, out var number) || number < 1)
        {
            throw new LauncherException($"{name} wants a number of at least 1");
        }

        left.RemoveRange(at, 2);
        return number;
    }

    /// <summary>The next argument that is no option; null when there is none.</summary>
    public string? Word()
    {
        var word = left.Find(argument => !argument.StartsWith('-'));
        return word is not null && left.Remove(word) ? word : null;
    }

    public void NothingElse()
    {
        if (left.Count > 0)
        {
            throw new LauncherException($"does not understand {string.Join(' ', left)}; see ./dvt --help");
        }
    }
}
