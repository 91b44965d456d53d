-- Which order closed a dead letter: its redelivery after a crash goes on with what still waits instead of being refused.
alter table pipeline.dead_letter add column closed_command uuid;

-- The API tells a retried order about a closed dead letter from another one under its key.
alter table pipeline.idempotency enable row level security;
create policy tenant_only on pipeline.idempotency to dvt_api using (tenant_id = log.tenant());
create policy all_rows on pipeline.idempotency to dvt_worker using (true) with check (true);
grant select on pipeline.idempotency to dvt_api;
