create table identity.tenant (
  tenant_id  uuid primary key,
  slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name       text not null,
  suspended  boolean not null default false,
  quota      jsonb,
  settings   jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  revision   bigint not null default 1
);

create table identity.app_user (
  tenant_id  uuid not null references identity.tenant,
  user_id    uuid not null,
  email      text not null,
  name       text not null,
  roles      text[] not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, user_id),
  unique (tenant_id, email)
);

create table identity.api_key (
  tenant_id  uuid not null,
  api_key_id uuid not null,
  user_id    uuid not null,
  name       text not null,
  hash       bytea not null unique,
  prefix     text not null,
  roles      text[] not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, api_key_id),
  foreign key (tenant_id, user_id) references identity.app_user
);

-- Keys that sign tokens; the newest signs, the others still verify until they are retired.
create table identity.signing_key (
  kid        text primary key,
  wrapped    bytea not null,
  public_jwk jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  retired_at timestamptz
);

grant select, insert, update on all tables in schema identity to dvt_api;
grant select on all tables in schema identity to dvt_worker, dvt_projector;
