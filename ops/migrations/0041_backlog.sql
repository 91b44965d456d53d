-- Messages of tenants that sent more than their share of a queue, taken out of it so that others need not wait behind them.
-- They come back by tenant and rank; later messages of a key that waits here wait here too.
create table pipeline.backlog (
  place      bigint generated always as identity primary key,
  queue      text not null,
  tenant_id  uuid not null,
  key        text not null,
  rank       bigint not null,
  message_id uuid not null,
  envelope   bytea not null
);
create index backlog_order on pipeline.backlog (queue, tenant_id, rank, place);
create index backlog_key on pipeline.backlog (queue, tenant_id, key);

grant select, insert, delete on pipeline.backlog to dvt_worker;
