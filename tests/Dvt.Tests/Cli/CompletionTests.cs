using Dvt.Launcher;
using Dvt.Tests.Launcher;
using Xunit;

namespace Dvt.Tests.Cli;

/// <summary>The script in a real bash.</summary>
public sealed class CompletionTests
{
    readonly CliRig rig = new();

    [Theory]
    [InlineData("plans", "./dvt", "pl")]
    [InlineData("dead-letters down", "./dvt", "d")]
    [InlineData("start show", "./dvt", "runs", "s")]
    [InlineData("--from-step", "./dvt", "signals", "send", "r-1", "--from")]
    [InlineData("PAUSE", "./dvt", "signals", "send", "r-1", "PA")]
    [InlineData("--label --limit", "./dvt", "runs", "list", "--status", "PAUSED", "--l")]
    [InlineData("", "./dvt", "runs", "list", "--status", "")]
    [InlineData("", "./dvt", "up", "")]
    public async Task A_word_is_completed_by_what_may_stand_there(string expected, params string[] words)
    {
        rig.Variables.Clear();
        Assert.Equal(0, await rig.RunAsync("completion", "bash"));
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), await CompleteAsync(words));
        Assert.Empty(rig.Requests);
    }

    [Fact]
    public async Task Files_are_offered_where_a_document_is_read()
    {
        await rig.RunAsync("completion", "bash");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.At("plan.json"), "{}");
        Assert.Equal([folder.At("plan.json")], await CompleteAsync("./dvt", "plans", "publish", folder.At("pl")));
        Assert.Equal([folder.At("plan.json")], await CompleteAsync("./dvt", "runs", "start", "p", "--input", folder.At("pl")));
    }

    async Task<string[]> CompleteAsync(params string[] words)
    {
        var script = rig.Output + $"\nCOMP_WORDS=({string.Join(' ', words.Select(w => $"'{w}'"))}); COMP_CWORD={words.Length - 1}; _dvt; printf '%s\\n' \"${{COMPREPLY[@]}}\"";
        var answer = await Shell.CaptureAsync(["bash", "-uc", script]);
        Assert.Equal("", answer.Error);
        return answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
