-- States of runs are written often and read seldom: lz4 takes a fraction of the time of the usual compression.
do $$
begin
  alter table runs.run alter column state set compression lz4;
  alter table runs.step alter column state set compression lz4;
exception
  when feature_not_supported then null; -- A server built without it compresses more slowly.
end $$;
