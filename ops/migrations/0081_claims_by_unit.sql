-- What a batch reads of each unit it touches; the constraint's own index is slower to walk.
create index claim_unit on bookings.claim (tenant_id, unit_id);
