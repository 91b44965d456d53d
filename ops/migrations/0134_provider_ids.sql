-- The channel's own id of a message: a status may come with nothing else.
alter table channels.message add column provider_id text;
create index message_provider on channels.message (tenant_id, provider_id) where provider_id is not null;

-- Statuses that came before the answer of the call that they are about; the sender takes them when it stores the id.
create table channels.early_status (
  tenant_id   uuid not null,
  provider_id text not null,
  status      text not null,
  code        int,
  at          timestamptz not null default clock_timestamp(),
  primary key (tenant_id, provider_id, status)
);
create index early_status_at on channels.early_status (at);
grant select, insert, update, delete on channels.early_status to dvt_worker;

-- Both are asked by the webhook, which has no caller: the tenant is the one whose telephone it is.
create function channels.by_provider_id(wanted_tenant uuid, wanted_id text) returns table (conversation_id uuid, message_id text)
language sql stable security definer set search_path = channels, pg_temp
as $$
  select m.conversation_id, m.message_id
  from channels.message m
  where m.tenant_id = wanted_tenant
    and m.provider_id = wanted_id
  limit 1
$$;

create function channels.keep_status(told_tenant uuid, told_id text, told_status text, told_code int) returns void
language sql security definer set search_path = channels, pg_temp
as $$
  insert into channels.early_status (tenant_id, provider_id, status, code)
  values (told_tenant, told_id, told_status, told_code)
  on conflict do nothing
$$;
revoke execute on function channels.by_provider_id(uuid, text), channels.keep_status(uuid, text, text, int) from public;
grant execute on function channels.by_provider_id(uuid, text), channels.keep_status(uuid, text, text, int) to dvt_api;
