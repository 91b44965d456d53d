-- Entries that hold events behind p_after and not behind p_upto of each slot, in order per slot; the first and the last may
-- reach beyond. A plan kept from when the log was small would read all of it at every step; here each call is planned anew,
-- with the limit, which leaves nothing out, and without the scan of the table each slot is a short walk along its key.
create function log.tail(p_slots int[], p_after bigint[], p_upto bigint[]) returns setof log.entry
language sql stable rows 1000 set enable_seqscan = off set enable_bitmapscan = off as $$
  select e.*
  from unnest(p_slots, p_after, p_upto) as c(slot, after, upto)
  cross join lateral (
    select *
    from log.entry l
    where l.slot = c.slot
      and l."offset" > c.after
      and l."offset" < c.upto + 256
      and l."offset" - l.count < c.upto
    order by l."offset"
    limit greatest(0, c.upto - c.after)
  ) e
$$;
