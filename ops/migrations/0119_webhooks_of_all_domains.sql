-- Events of every domain are told, from now on: those before were nobody's business.
insert into hooks.checkpoint (slot, "offset")
select slot, head
from log.slot
on conflict (slot) do nothing;
