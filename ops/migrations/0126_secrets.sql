-- Secrets of tenants, which http steps name in headers. Written by the API, since a value must reach no queue and no event;
-- the API cannot read it again.
create table identity.secret (
  tenant_id  uuid not null references identity.tenant,
  name       text collate "C" not null,
  -- Also the seq of its last event.
  revision   bigint not null,
  -- Wrapped with the key-encryption key; null once it is deleted.
  wrapped    bytea,
  -- Where it may be sent to: host or host:port.
  hosts      text[] not null,
  deleted    boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  changed_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, name)
);

alter table identity.secret enable row level security;
create policy tenant_only on identity.secret to dvt_api using (tenant_id = log.tenant());
create policy all_rows on identity.secret to dvt_worker using (true);
grant select (tenant_id, name, revision, hosts, deleted, created_at, changed_at), insert, update on identity.secret to dvt_api;
grant select on identity.secret to dvt_worker;
