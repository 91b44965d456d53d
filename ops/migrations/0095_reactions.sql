-- How far domains have reacted to each other's events. Its row lock is the lease on the slot.
create table pipeline.reaction (
  name     text not null,
  slot     int not null references log.slot,
  "offset" bigint not null default 0,
  primary key (name, slot)
) with (fillfactor = 50);
grant select, insert, update on pipeline.reaction to dvt_worker;
