using Xunit;

namespace Dvt.Tests.Browser;

public sealed class BrowserNeedsTests
{
    [Theory]
    [InlineData(null, "Node.js is missing", "Node.js is missing")]
    [InlineData("", "Node.js is missing", "Node.js is missing")]
    [InlineData("true", "Node.js is missing", null)]
    [InlineData(null, null, null)]
    public void Where_nobody_looks_screens_may_be_left_out_but_never_under_CI(string? ci, string? missing, string? skipped) =>
        Assert.Equal(skipped, BrowserNeeds.SkipOf(ci, missing));
}
