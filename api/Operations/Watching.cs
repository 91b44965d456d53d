using Dvt.Pipeline;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>How the installation is doing, and who did what.</summary>
static class Watching
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Jobs that are due for longer are told as degraded.</summary>
    const double LateJobSeconds = 30;

    /// <summary>Views further behind than this are told as degraded.</summary>
    const double LateSeconds = 10;

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/projections", Permission.ReadProjections, Projections, "Views: position, lag in events and seconds") with { Answer = "ProjectionList" },
        Post("/v1/projections/{name}/rebuild", Permission.RebuildProjections, Rebuild, "Fill a view anew beside the old one, then swap") with
        {
            Body = "Nothing", BodyOptional = true, Status = 202, Answer = "RebuildAccepted", Problems = [Problems.NotFound, Problems.IdempotencyKeyReused],
            Parameters = [new("Idempotency-Key", "Repeats are recognised by it.", In: "header")],
        },
        Get("/v1/audit", Permission.ReadAudit, Audit, "Every command and every refusal, newest first") with
        {
            Answer = "AuditList", Lists = true, Reads = true,
            Parameters = AuditTrail.Filters,
        },
        Get("/v1/stream", Permission.Stream, Live, "Events of the tenant, live") with
        {
            Produces = "text/event-stream", Event = "LiveEvent",
            Description = "`id:` is a log position; a stream resumes behind `Last-Event-ID`. `reset` says that the id is too old: load anew. A comment comes each 15 s.",
            Parameters =
            [
                new("topics", "Comma-separated; all unless told.", """{"type":"string","examples":["runs,plans"]}"""),
                new("Last-Event-ID", "Position of the last event seen.", In: "header"),
            ],
        },
        Get("/healthz", Permission.Open, Alive, "The process is alive") with { Answer = "Health", Tag = "Operations" },
        Get("/readyz", Permission.Open, Ready, "Whether commands are accepted: 200, also while degraded, or 503") with { Answer = "Health", Tag = "Operations" },
        Get("/metrics", Permission.Open, Metrics, "Prometheus text of all processes") with
        {
            Produces = "text/plain", Tag = "Operations",
            Description = "Each series says whose it is by `role` and `instance`. Processes that do not answer in time are counted in `dvt_metrics_unreachable`.",
            Parameters = [new("own", "`true`: of the process that answers only, without these labels.", """{"type":"boolean","default":false}""")],
        },
        Get("/openapi/v1.json", Permission.Open, OpenApi, "This document") with { Produces = "application/json", Tag = "Operations" },
        Get("/docs", Permission.Open, Docs, "This document, to read") with { Produces = "text/html", Tag = "Operations" },
    ];

    static async Task Projections(Call call)
    {
        var list = await call.Backend.Projections.ListAsync(call.Stop);
        await call.JsonAsync(new
        {
            items = list.Select(p => new
            {
                p.Name,
                p.Version,
                p.State,
                position = p.Position.ToString(),
                p.LagEvents,
                p.LagSeconds,
                p.Rebuild,
                p.StoppedStreams,
            }),
        });
    }

    static async Task Rebuild(Call call)
    {
        var body = await call.BodyAsync();
        var name = call.Route("name");
        await call.Backend.Mediator.Send(new RequestRebuild(call.Caller, name, body.Ids), call.Stop);
        call.Http.Response.Headers.Location = "/v1/projections";
        await call.JsonAsync(new { name, status = "accepted", links = new { projections = "/v1/projections" } }, status: 202);
    }

    static async Task Audit(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var filter = AuditTrail.FilterOf(call, call.Limit(), call.Query("cursor"));
        await call.JsonAsync(call.Told(await call.Backend.Audit.ListAsync(call.Caller.TenantId, filter, call.Stop)));
    }

    static Task Live(Call call)
    {
        call.CheckQueryNames();
        return call.Backend.Live.FollowTenantAsync(call);
    }

    static Task Alive(Call call) => call.JsonAsync(new { status = "alive" });

    static async Task Ready(Call call)
    {
        var postgres = await AnswersAsync(call);
        var broker = call.Backend.Broker.IsUp;
        var late = postgres ? await LateAsync(call) : null;
        var jobs = postgres ? await JobsAsync(call) : "unknown";
        // Either of them is enough to accept commands.
        var status = postgres && broker && late is null && jobs == "up" ? "ready" : postgres || broker ? "degraded" : "unavailable";
        await call.JsonAsync(new
        {
            status,
            checks = new { postgres = postgres ? "up" : "down", rabbitmq = broker ? "up" : "down", projections = late ?? (postgres ? "up" : "unknown"), jobs },
        }, status == "unavailable" ? 503 : 200);
    }

    static async Task<bool> AnswersAsync(Call call)
    {
        try
        {
            await using var command = call.Backend.Postgres.CreateCommand("select 1");
            await command.ExecuteScalarAsync(call.Stop).WaitAsync(Patience, call.Stop);
            return true;
        }
        catch (Exception fault) when (Away.Is(fault))
        {
            return false;
        }
    }

    /// <summary>Null when the views are up to date.</summary>
    static async Task<string?> LateAsync(Call call)
    {
        try
        {
            var views = await call.Backend.Projections.ListAsync(call.Stop).WaitAsync(Patience, call.Stop);
            return views.Count == 0 || views.Any(v => v.State == "stopped") ? "stopped" : views.Any(v => v.LagSeconds > LateSeconds) ? "late" : null;
        }
        catch (Exception fault) when (Away.Is(fault))
        {
            return "unknown";
        }
    }

    static async Task<string> JobsAsync(Call call)
    {
        try
        {
            await using var command = call.Backend.Postgres.CreateCommand("select pipeline.jobs_late()");
            return await command.ExecuteScalarAsync(call.Stop).WaitAsync(Patience, call.Stop) is double late ? late > LateJobSeconds ? "late" : "up" : "unknown";
        }
        catch (Exception fault) when (Away.Is(fault))
        {
            return "unknown";
        }
    }

    static async Task Metrics(Call call)
    {
        var text = call.QueryFlag("own") ? call.Backend.Metrics.Write() : await call.Backend.AllMetrics.WriteAsync(call.Stop);
        call.Http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await call.Http.Response.WriteAsync(text, call.Stop);
    }

    static async Task OpenApi(Call call)
    {
        call.Http.Response.ContentType = "application/json; charset=utf-8";
        await call.Http.Response.BodyWriter.WriteAsync(await call.Backend.Documents.OpenApiAsync(call.Stop), call.Stop);
    }

    static async Task Docs(Call call)
    {
        var (html, policy) = call.Backend.Documents.Docs();
        call.Http.Response.Headers.ContentSecurityPolicy = policy;
        call.Http.Response.ContentType = "text/html; charset=utf-8";
        await call.Http.Response.BodyWriter.WriteAsync(html, call.Stop);
    }
}
