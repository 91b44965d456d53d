-- Where a process tells its metrics, on its own machine; null while it does not listen yet or listens elsewhere only.
alter table pipeline.process add column metrics_address text;
