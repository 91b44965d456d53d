create schema channels;

-- A telephone of the tenant, or what else guests write to. Written by the API, since the token must reach no queue.
create table channels.channel (
  tenant_id   uuid not null references identity.tenant,
  channel_id  uuid not null,
  revision    bigint not null default 1,
  kind        text not null,
  -- Of the provider, such as WhatsApp's phone_number_id: by it a message finds its tenant.
  external_id text not null,
  name        text not null,
  -- Wrapped with the key-encryption key; null for the installation's own.
  token       bytea,
  deleted     boolean not null default false,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (tenant_id, channel_id)
);
create unique index channel_external on channels.channel (kind, external_id) where not deleted;

-- One guest on one channel. State is what decides; the contact is in clear here, in the log under the person's key.
create table channels.conversation (
  tenant_id       uuid not null,
  conversation_id uuid not null,
  channel_id      uuid not null,
  user_id         text not null,
  name            text,
  person_id       uuid not null,
  seq             bigint not null,
  state           json not null,
  heard_at        timestamptz,
  primary key (tenant_id, conversation_id)
);
create index conversation_person on channels.conversation (tenant_id, person_id);

-- What was said by both sides. Of those to the guest, the row is also what is owed: one at a time per conversation, in order.
create table channels.message (
  tenant_id       uuid not null,
  conversation_id uuid not null,
  message_id      text not null,
  place           bigint not null,
  is_outbound     boolean not null,
  at              timestamptz not null,
  kind            text not null,
  body            json,
  fact_id         text,
  status          text,
  attempt         int not null default 0,
  due             timestamptz not null default clock_timestamp(),
  leased_until    timestamptz,
  code            int,
  primary key (tenant_id, conversation_id, message_id)
) with (fillfactor = 70);
create unique index message_fact on channels.message (tenant_id, conversation_id, fact_id) where fact_id is not null;
create index message_owed on channels.message (due) where status in ('owed', 'sending');
create index message_order on channels.message (tenant_id, conversation_id, place);

-- Audio that is still to be listened to.
create table channels.audio (
  tenant_id       uuid not null,
  conversation_id uuid not null,
  message_id      text not null,
  media_id        text not null,
  language        text not null,
  attempt         int not null default 0,
  due             timestamptz not null default clock_timestamp(),
  primary key (tenant_id, conversation_id, message_id)
);
create index audio_due on channels.audio (due);

-- Streams of other domains whose events a conversation is told of.
create table channels.awaited (
  tenant_id       uuid not null,
  stream          text not null,
  conversation_id uuid not null,
  -- Null for the person's own stream.
  booking_id      uuid,
  primary key (tenant_id, stream, conversation_id)
);

-- What each message has led to, so that one that comes again leads to the same.
create table channels.decided (
  tenant_id uuid not null,
  cause_id  uuid not null,
  commands  json not null,
  at        timestamptz not null default clock_timestamp(),
  primary key (tenant_id, cause_id)
);
create index decided_at on channels.decided (at);

-- How far the log of bookings has been listened to; the row lock is the lease on the slot.
create table channels.checkpoint (
  slot     int primary key references log.slot,
  "offset" bigint not null
) with (fillfactor = 50);
insert into channels.checkpoint (slot, "offset")
select slot, head
from log.slot
where domain = 'bookings';

-- Whose telephone it is, asked before it is known which tenant asks.
create function channels.of_external(wanted_kind text, wanted_id text) returns table (tenant_id uuid, channel_id uuid)
language sql stable security definer set search_path = channels, pg_temp
as $$
  select c.tenant_id, c.channel_id
  from channels.channel c
  where c.kind = wanted_kind
    and c.external_id = wanted_id
    and not c.deleted
$$;

alter table channels.channel enable row level security;
alter table channels.conversation enable row level security;
alter table channels.message enable row level security;
create policy tenant_only on channels.channel to dvt_api using (tenant_id = log.tenant()) with check (tenant_id = log.tenant());
create policy tenant_only on channels.conversation to dvt_api using (tenant_id = log.tenant());
create policy tenant_only on channels.message to dvt_api using (tenant_id = log.tenant());
create policy all_rows on channels.channel to dvt_worker using (true);
create policy all_rows on channels.conversation to dvt_worker using (true) with check (true);
create policy all_rows on channels.message to dvt_worker using (true) with check (true);
grant usage on schema channels to dvt_api, dvt_worker;
grant select, insert, update on channels.channel to dvt_api;
grant select on channels.conversation, channels.message to dvt_api;
grant select on channels.channel to dvt_worker;
grant select, insert, update, delete on channels.conversation, channels.message, channels.audio, channels.awaited, channels.decided to dvt_worker;
grant select, update on channels.checkpoint to dvt_worker;
revoke execute on function channels.of_external from public;
grant execute on function channels.of_external to dvt_api;
