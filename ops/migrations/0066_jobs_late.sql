-- Seconds by which the standing job that is due longest is late; null before the jobs are stored. The scheduler's tables are
-- made behind the migrations, so they are looked up when this is asked. Its times are ticks of 100 ns since the year 1.
create function pipeline.jobs_late() returns double precision
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select greatest(max(extract(epoch from clock_timestamp()) - (t.next_fire_time - 621355968000000000) / 1e7), 0)
    from quartz.qrtz_triggers t
    where t.trigger_state not in ('PAUSED', 'COMPLETE')
  );
exception
  when undefined_table or invalid_schema_name then return null;
end $$;
