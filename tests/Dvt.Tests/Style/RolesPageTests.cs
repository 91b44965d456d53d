using System.Text.RegularExpressions;
using Dvt.Api;
using Xunit;

namespace Dvt.Tests.Style;

/// <summary><c>ops/roles.md</c> shows the table in <c>api/Permissions.cs</c>.</summary>
public sealed partial class RolesPageTests
{
    static IReadOnlyList<string> Defined =>
        [.. from role in Permissions.OfRole from permission in role.Value select $"{role.Key} {permission}"];

    [Fact]
    public void The_page_gives_each_role_what_the_code_gives_it() =>
        Assert.Equal(Defined.Order(StringComparer.Ordinal), Told(Repository.File("ops/roles.md").Text).Order(StringComparer.Ordinal));

    [Fact]
    public void A_permission_given_on_the_page_only_is_found()
    {
        var told = Told("| permission | allows | viewer | host |\n|---|---|---|---|\n| `runs.start` | starting | ● | |\n| `runs.read` | looking | ● | ● |\n");
        Assert.Equal(["viewer runs.start", "viewer runs.read", "host runs.read"], told);
        Assert.NotEmpty(told.Except(Defined));
    }

    /// <summary>Each <c>role permission</c> that has a mark where row and column meet.</summary>
    static IEnumerable<string> Told(string page)
    {
        string[] roles = [];
        foreach (Match row in Row().Matches(page))
        {
            var cells = row.Value.Trim().Trim('|').Split('|').Select(c => c.Trim(' ', '`')).ToArray();
            if (cells[0] == "permission")
                roles = cells[2..];
            else
                for (var i = 2; i < cells.Length; i++)
                    if (cells[i] == "●")
                        yield return $"{roles[i - 2]} {cells[0]}";
        }
    }

    [GeneratedRegex(@"^\|(?!-).*\|\s*$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
