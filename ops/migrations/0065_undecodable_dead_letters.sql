-- What is no message belongs to no tenant; the platform's own (its id is made from its name) sees it from now on.
update pipeline.dead_letter
set tenant_id = 'b31acc31-0d42-5005-b5b1-59b63e5827e2'
where tenant_id = '00000000-0000-0000-0000-000000000000'
  and type = 'undecodable';
