import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { follow, type LiveState } from './live';

/** First part of the keys of queries that an event of the topic makes old. */
const keysOf: Record<string, string[]> = {
  runs: ['runs', 'counts', 'throughput', 'approvals', 'bulkJobs'],
  plans: ['plans'],
  schedules: ['schedules'],
  bookings: ['bookings', 'units'],
};

/** However many events come, a query is asked again at most this often. */
const pauseMs = 1_500;

/** A list of more pages than this is not asked for anew under the eyes of who reads it: it says that it is behind. */
export const pagesFollowed = 3;

let state: LiveState = 'connecting';
const listeners = new Set<() => void>();
const followers = new Set<(keys: ReadonlySet<string>) => void>();

function tell(next: LiveState) {
  state = next;
  for (const listener of listeners) listener();
}

/** Whether the tenant's events reach this page. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(listener => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => state);
}

/** Acts when something has changed that makes queries under this key old, as often as those are asked again. */
export function useTenantChanges(key: string, act: () => void) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const follower = (keys: ReadonlySet<string>) => {
      if (keys.has(key)) latest.current();
    };
    followers.add(follower);
    return () => void followers.delete(follower);
  }, [key]);
}

/** Keeps what is on the screen true: one stream for the whole application. */
export function useTenantStream() {
  const queries = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    let due = new Set<string>();
    let again = new Set<string>();
    let timer = 0;
    const refresh = () => {
      timer = 0;
      const last = due;
      void queries.invalidateQueries({ predicate: q => last.has(String(q.queryKey[0])) && ((q.state.data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0) <= pagesFollowed });
      for (const follower of followers) follower(last);
      // Views may be behind the event that told of the change, so what was asked for is asked for once more.
      due = new Set([...last].filter(key => !again.has(key)));
      again = new Set(due);
      if (due.size > 0) timer = window.setTimeout(refresh, pauseMs);
    };
    void follow({
      path: '/v1/stream',
      signal: stop.signal,
      onState: tell,
      onEvents: events => {
        for (const event of events) {
          const topic = (JSON.parse(event.data) as { topic?: string }).topic;
          const keys = event.type === 'reset' ? Object.values(keysOf).flat() : (keysOf[topic ?? ''] ?? []);
          for (const key of keys) due.add(key);
        }
        if (due.size > 0) timer ||= window.setTimeout(refresh, pauseMs);
      },
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [queries]);
}
