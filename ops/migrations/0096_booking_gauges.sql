-- Conflicts are counted every few seconds; without it, by looking at every block there is.
create index block_conflict on bookings.block (tenant_id, unit_id) where not claims and not removed;
