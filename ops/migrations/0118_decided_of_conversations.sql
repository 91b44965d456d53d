-- Whose decision it was, where it led to commands: they name the guest, and go when the guest is forgotten.
alter table channels.decided add column conversation_id uuid;
create index decided_conversation on channels.decided (tenant_id, conversation_id) where conversation_id is not null;
