-- Since when nobody waits for the call any more: its run has cancelled the step. Its worker looks for these.
alter table pipeline.effect add column given_up_at timestamptz;
create index effect_given_up on pipeline.effect (owner) where given_up_at is not null and status = 'intended';
