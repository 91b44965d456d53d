-- What bookings tell conversations is a reaction like the others; how far it has come goes along.
insert into pipeline.reaction (name, slot, "offset")
select 'channels.booking-changes', slot, "offset"
from channels.checkpoint;
drop table channels.checkpoint;
