-- What became of the conversation's message that a notice by WhatsApp led to: it may be known before the notice is recorded as taken.
alter table messages.notice add column fate text;
alter table messages.notice add column fate_code int;
