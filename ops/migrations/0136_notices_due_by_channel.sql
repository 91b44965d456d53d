-- Those who send look by channel: what is due on a channel that is not set up is read by nobody.
create index notice_due_on on messages.notice (channel, due_at) where status = 'owed' and template is not null;
drop index messages.notice_due;
