-- Who takes from the backlog of a work queue locks its rows against other processes, which needs the right to update.
grant update on pipeline.backlog to dvt_worker;
