using System.CommandLine;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary><c>plans …</c></summary>
static class Plans
{
    public static Command Group(Making making) => Making.Group("plans", "Plans: what runs are made of",
        List(making), Show(making), Validate(making), Draft(making), Publish(making), Archive(making), PlanSimulation.Command(making));

    static Argument<string> PlanId() => new("plan") { Description = "Id of the plan." };

    static Argument<string> File() => new("file") { Description = "The plan as JSON; - reads standard input." };

    static Option<long?> IfMatch() => new("--if-match") { Description = "Only if the version has this revision.", HelpName = "REVISION" };

    static Command List(Making making)
    {
        var state = new Option<string?>("--state") { Description = "draft, published or archived.", HelpName = "STATE" };
        var search = new Option<string?>("--search") { Description = "Part of the id or the name.", HelpName = "TEXT" };
        var paging = new PagingOptions();
        return making.Command("list", "Lists plan versions.", [state, search, .. paging.All], call =>
            Listing.ShowAsync(call, paging, Route.To("plans"), [("state", call.Get(state)), ("q", call.Get(search))], Versions()));
    }

    static Table Versions() => new(
        Column.Of("PLAN", "planId"), Column.Of("VERSION", "version"), Column.Of("STATE", "state"), Column.Of("STEPS", "stepCount", right: true),
        Column.Of("REVISION", "revision", right: true), Column.Time("CREATED", "createdAt"), Column.Of("NAME", "name"));

    static Command Show(Making making)
    {
        var (plan, version) = (PlanId(), new Argument<string?>("version") { Description = "This version with its document; all versions unless told.", Arity = ArgumentArity.ZeroOrOne });
        return making.Command("show", "Shows a plan's versions, or one version with its document.", [plan, version], async call =>
        {
            if (call.Get(version) is { } wanted)
                return call.Show((await call.GetAsync(Route.To("plans", call.Get(plan), "versions", wanted))).Body, found => WriteVersion(call, found));
            return call.Show((await call.GetAsync(Route.To("plans", call.Get(plan)))).Body, found =>
            {
                Versions().Write(call.Output, found.List("versions"));
                call.Fields(("newest published", found.Text("newestPublished")));
            });
        });
    }

    static void WriteVersion(Call call, JsonElement found)
    {
        WriteSummary(call, found);
        if (found.Get("document") is { } document)
            call.Output.WriteLine("\n" + Json.Page(document));
    }

    static void WriteSummary(Call call, JsonElement plan) => call.Fields(
        ("plan", plan.Text("planId")), ("version", plan.Text("version")), ("state", plan.Text("state")), ("name", plan.Text("name")),
        ("steps", plan.Text("stepCount")), ("revision", plan.Text("revision")), ("digest", plan.Text("digest")), ("created", plan.TimeText("createdAt")),
        ("published", plan.TimeText("publishedAt")), ("archived", plan.TimeText("archivedAt")));

    static Command Validate(Making making)
    {
        var file = File();
        return making.Command("validate", "Tells every fault of a plan, and stores nothing. Exit code 1 when there are some.", [file], async call =>
        {
            var check = (await call.PostAsync(Route.To("plans", "validate"), await call.DocumentAsync(call.Get(file)), new Sending())).Body;
            var valid = check.Get("valid") is { ValueKind: JsonValueKind.True };
            return call.Show(check, told =>
            {
                call.Line(valid ? "valid" : "not valid");
                foreach (var fault in Problem.Faults(told))
                    call.Line("  " + fault);
            }, valid ? ExitCode.Done : ExitCode.Refused);
        });
    }

    static Command Draft(Making making)
    {
        var (file, ifMatch, sending) = (File(), IfMatch(), new SendingOptions());
        var replace = new Option<bool>("--replace") { Description = "Replaces the draft of this version where there is one." };
        return making.Command("draft", "Stores a plan version as a draft.", [file, replace, ifMatch, .. sending.All], async call =>
        {
            var document = await call.DocumentAsync(call.Get(file));
            var how = sending.Of(call, call.Get(ifMatch));
            if (!call.Get(replace) && how.IfMatch is null)
                return Shown(call, await call.PostAsync(Route.To("plans"), document, how));
            var plan = Documents.Parse(document, call.Get(file));
            var place = Route.To("plans", plan.Text("planId"), "versions", plan.Text("version"));
            return Shown(call, await call.Api.SendAsync(HttpMethod.Put, place, document, how, call.Stop));
        });
    }

    static Command Publish(Making making)
    {
        var plan = new Argument<string>("plan-or-file") { Description = "With a version: id of the plan whose draft is published. Alone: a plan as JSON; - reads standard input." };
        var version = new Argument<string?>("version") { Description = "Version of the draft.", Arity = ArgumentArity.ZeroOrOne };
        var (ifMatch, sending) = (IfMatch(), new SendingOptions());
        return making.Command("publish", "Publishes a draft, or a document at once. What is published never changes.", [plan, version, ifMatch, .. sending.All], async call =>
        {
            var how = sending.Of(call, call.Get(ifMatch));
            return Shown(call, call.Get(version) is { } draft
                ? await call.PostAsync(Route.To("plans", call.Get(plan), "versions", draft, "publish"), body: null, how)
                : await call.PostAsync(Route.To("plans") + Route.Query(("publish", "true")), await call.DocumentAsync(call.Get(plan)), how));
        });
    }

    static Command Archive(Making making)
    {
        var (plan, version) = (PlanId(), new Argument<string>("version") { Description = "The version." });
        var (ifMatch, sending) = (IfMatch(), new SendingOptions());
        return making.Command("archive", "Archives a version: no new run may use it.", [plan, version, ifMatch, .. sending.All], async call => Shown(call,
            await call.PostAsync(Route.To("plans", call.Get(plan), "versions", call.Get(version), "archive"), body: null, sending.Of(call, call.Get(ifMatch)))));
    }

    /// <summary>The API always waits when a plan is written.</summary>
    static int Shown(Call call, Answer answer) => call.Show(answer, wanted: true, plan => WriteSummary(call, plan));
}
