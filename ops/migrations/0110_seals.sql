-- Seals of the log: per tenant a chain of hashes over every entry, so that one that was changed, removed or inserted is found.
-- Whoever seals runs behind the log, never within a commit. Each seal covers, in each slot it names, what lies between the
-- offset that the tenant's seals before it reached and its own.
create table log.seal (
  tenant_id uuid not null,
  number    bigint not null check (number > 0),
  slots     int[] not null,
  upto      bigint[] not null,
  sealed_at timestamptz not null,
  -- Of each entry, 28 bytes: slot, offset, and the first 16 bytes of its leaf. They tell which entry it was; the hash proves that there is one.
  leaves    bytea not null,
  hash      bytea not null,
  primary key (tenant_id, number)
);

-- How far each slot is sealed, for all tenants.
create table log.sealed (
  slot     int primary key,
  "offset" bigint not null
) with (fillfactor = 50);

-- What an emptied entry said, as a digest: the seal over it stays verifiable although the content is gone.
create table log.emptied (
  slot      int not null,
  "offset"  bigint not null,
  tenant_id uuid not null,
  digest    bytea not null,
  primary key (slot, "offset")
);

create trigger seal_append_only
before update or delete or truncate on log.seal
for each statement execute function log.refuse_change();

create trigger emptied_append_only
before update or delete or truncate on log.emptied
for each statement execute function log.refuse_change();

alter table log.seal enable row level security;
create policy tenant_only on log.seal to dvt_api using (tenant_id = log.tenant());
create policy all_rows on log.seal to dvt_projector using (true) with check (true);
alter table log.emptied enable row level security;
create policy tenant_only on log.emptied to dvt_api using (tenant_id = log.tenant());
create policy all_rows on log.emptied to dvt_projector using (true);

grant select on log.seal, log.sealed, log.emptied to dvt_api;
grant select, insert on log.seal to dvt_projector;
grant select, insert, update on log.sealed to dvt_projector;
grant select on log.emptied to dvt_projector;

-- SealChain.Digest in SQL: what deleting a history takes away from an entry.
create function log.digest(p_correlation_id text, p_events text) returns bytea language sql immutable parallel safe as $$
  select sha256(convert_to(coalesce(octet_length(p_correlation_id)::text || ':' || p_correlation_id, '-') || E'\n' || p_events, 'UTF8'))
$$;

-- As before; of what it empties it keeps the digest, so that the seal can still be verified.
create or replace function log.delete_archived(p_slot int, p_tenants uuid[], p_days int[], p_runs int, out tenants uuid[], out runs text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp set dvt.deleting = 'on' as $$
begin
  with due as materialized (
    select r.tenant_id, r.run_id, r.seq
    from unnest(p_tenants, p_days) as p(tenant_id, days)
    cross join lateral (
      select r.tenant_id, r.run_id, r.seq
      from runs.run r
      where r.slot = p_slot
        and r.tenant_id = p.tenant_id
        and r.last_event_at < clock_timestamp() - make_interval(days => p.days)
        and r.archived_at is not null
        and r.deleted_at is null
        and r.terminal
        and r.state = ''
        -- What a late RETRY_RUN has added is archived first.
        and not exists (select from only log.entry e where e.stream = 'run-' || r.run_id and e.tenant_id = r.tenant_id)
      order by r.last_event_at
      limit p_runs
    ) r
    limit p_runs
  ), gone as (
    update runs.run r
    set deleted_at = clock_timestamp(), seq = 0
    from (select * from due order by tenant_id, run_id) d
    where r.tenant_id = d.tenant_id
      and r.run_id = d.run_id
      and r.seq = d.seq
      and r.deleted_at is null
    returning r.tenant_id, r.run_id
  ), digested as (
    insert into log.emptied (slot, "offset", tenant_id, digest)
    select a.slot, a."offset", a.tenant_id, log.digest(a.correlation_id, a.events)
    from log.archive a
    join gone g on a.stream = 'run-' || g.run_id
      and a.tenant_id = g.tenant_id
    on conflict (slot, "offset") do nothing
  ), emptied as (
    update log.archive a
    set stream = 'gone-' || g.run_id, events = log.bones(a.events), correlation_id = null
    from gone g
    where a.stream = 'run-' || g.run_id
      and a.tenant_id = g.tenant_id
  )
  select array_agg(g.tenant_id order by g.tenant_id, g.run_id), array_agg(g.run_id order by g.tenant_id, g.run_id) into tenants, runs
  from gone g;
end $$;
