create schema calendars;

-- Calendars of other platforms that a unit follows. Made and removed by the API together with the event of the same revision,
-- since an address is a secret; what asking them has come to is written by whoever asks.
create table calendars.feed (
  tenant_id     uuid not null references identity.tenant,
  feed_id       uuid not null,
  unit_id       uuid not null,
  channel       text not null,
  revision      bigint not null,
  -- Wrapped with the key-encryption key.
  url           bytea not null,
  origin        text not null,
  deleted_at    timestamptz,
  created_at    timestamptz not null default clock_timestamp(),
  -- When it is asked next; whoever asks it moves this on first. Null once a deleted one has left nothing behind.
  due_at        timestamptz default clock_timestamp(),
  asked_at      timestamptz,
  success_at    timestamptz,
  changed_at    timestamptz,
  failures      int not null default 0,
  failing_since timestamptz,
  error         text,
  status        int,
  stale         boolean not null default false,
  -- It said once that it has nothing any more.
  emptied       boolean not null default false,
  etag          text,
  last_modified text,
  -- Which blocks must be there for the validators to mean that nothing has changed.
  blocks        text,
  events        int not null default 0,
  remark_count  int not null default 0,
  remarks       jsonb not null default '[]',
  primary key (tenant_id, feed_id)
) with (fillfactor = 50);
create index feed_due on calendars.feed (due_at) where due_at is not null;
create index feed_unit on calendars.feed (tenant_id, unit_id, created_at) where deleted_at is null;

-- Addresses under which others read a unit's calendar, one per channel. The token is the only credential.
create table calendars.export (
  tenant_id  uuid not null references identity.tenant,
  unit_id    uuid not null,
  channel    text not null,
  revision   bigint not null,
  token_hash bytea not null,
  token      bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  rotated_at timestamptz,
  primary key (tenant_id, unit_id, channel)
);
create index export_unit on calendars.export (unit_id);

-- Whoever reads a calendar tells no tenant: the unit and the token must do. Compared by the caller, in constant time.
create function calendars.exports_of(p_unit_id uuid) returns table (tenant_id uuid, channel text, token_hash bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select e.tenant_id, e.channel, e.token_hash
  from calendars.export e
  join identity.tenant t on t.tenant_id = e.tenant_id
  where e.unit_id = p_unit_id
    and not t.suspended
$$;
revoke execute on function calendars.exports_of(uuid) from public;

alter table calendars.feed enable row level security;
alter table calendars.export enable row level security;
create policy tenant_only on calendars.feed to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy tenant_only on calendars.export to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy all_rows on calendars.feed to dvt_worker using (true) with check (true);

grant usage on schema calendars to dvt_api, dvt_worker;
grant select, insert, update on calendars.feed to dvt_api;
grant select, insert, update, delete on calendars.export to dvt_api;
grant select, update on calendars.feed to dvt_worker;
grant execute on function calendars.exports_of(uuid) to dvt_api;
