-- Secrets that the API's processes share, wrapped with the key-encryption key of the configuration.
create table identity.server_secret (
  name       text primary key,
  wrapped    bytea not null,
  created_at timestamptz not null default clock_timestamp()
);

grant select, insert on identity.server_secret to dvt_api;
