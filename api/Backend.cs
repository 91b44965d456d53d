using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Dvt.Pipeline.Watching;
using Dvt.ReadModels;
using MediatR;
using Npgsql;

namespace Dvt.Api;

/// <summary>What endpoints work with. All of it lives as long as the process, so no request opens a scope.</summary>
sealed record Backend(
    IMediator Mediator,
    TimeProvider Clock,
    ApiOptions Options,
    NpgsqlDataSource Postgres,
    RabbitMq Broker,
    IdentityTable Identity,
    SigningKeys Signing,
    Recent Recent,
    Existence Existence,
    StartablePlans Startable,
    StepKinds Kinds,
    Freshness Freshness,
    CommandQueries Commands,
    PlanQueries Plans,
    ScheduleQueries Schedules,
    DeadLetterQueries DeadLetters,
    ProjectionQueries Projections,
    AuditQueries Audit,
    RunQueries Runs,
    LiveEvents Live,
    PrometheusText Metrics,
    DocumentText Documents);
