using System.CommandLine;

namespace Dvt.Cli;

/// <summary><c>projections …</c></summary>
static class Projections
{
    public static Command Group(Making making) => Making.Group("projections", "Projections: the views that queries read", List(making), Rebuild(making));

    static Command List(Making making) => making.Command("list", "Lists the views: position, lag in events and seconds.", [], async call =>
        call.Show((await call.GetAsync(Route.To("projections"))).Body, list => new Table(
            Column.Of("NAME", "name"), Column.Of("STATE", "state"), Column.Of("LAG", "lagEvents", right: true), Column.Of("SECONDS", "lagSeconds", right: true),
            Column.Of("REBUILT", "rebuild", right: true), Column.Of("STOPPED", "stoppedStreams", right: true), Column.Of("VERSION", "version"))
            .Write(call.Output, list.List("items"))));

    static Command Rebuild(Making making)
    {
        var name = new Argument<string>("name") { Description = "Name of the view." };
        return making.Command("rebuild", "Fills a view anew beside the old one, then swaps. `projections list` tells how far it is.", [name], async call =>
            call.Show((await call.PostAsync(Route.To("projections", call.Get(name), "rebuild"), body: null, new Sending())).Body,
                accepted => call.Line($"accepted: {accepted.Text("name")} is filled anew")));
    }
}
