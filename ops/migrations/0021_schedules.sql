-- The definition is a fold of the schedule's stream. What the tick needs besides it is derived: occurrences up to settled_to
-- are dealt with, look_at is when there may be something to start. Both may be set back: a run has the id of its occurrence.
create table runs.schedule (
  tenant_id   uuid not null,
  schedule_id text not null,
  command_id  uuid not null,
  seq         bigint not null,
  revision    bigint not null,
  definition  json not null,
  enabled     boolean not null,
  deleted     boolean not null default false,
  settled_to  timestamptz not null,
  look_at     timestamptz not null,
  primary key (tenant_id, schedule_id)
);
create index schedule_look_at on runs.schedule (look_at) where enabled and not deleted;

-- Ranges of occurrences that somebody asked for, as far as they are not started yet.
create table runs.schedule_backfill (
  tenant_id   uuid not null,
  schedule_id text not null,
  command_id  uuid not null,
  definition  json not null,
  settled_to  timestamptz not null,
  until       timestamptz not null,
  primary key (tenant_id, schedule_id, command_id)
);

alter table runs.schedule enable row level security;
alter table runs.schedule_backfill enable row level security;
create policy all_rows on runs.schedule to dvt_worker, dvt_projector using (true) with check (true);
create policy all_rows on runs.schedule_backfill to dvt_worker, dvt_projector using (true) with check (true);
grant select, insert, update, delete on runs.schedule, runs.schedule_backfill to dvt_worker;
