-- Ends of bookings and blocks whose nights were long past did not give them back; a block over such nights would wait forever.
delete from bookings.claim c
using bookings.booking b
where b.tenant_id = c.tenant_id
  and b.booking_id = c.claim_id
  and b.status not in ('held', 'confirmed', 'checked_in');

delete from bookings.claim c
using bookings.block b
where b.tenant_id = c.tenant_id
  and b.block_id = c.claim_id
  and (b.removed or not b.claims);
