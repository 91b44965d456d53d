import { useEffect, useState } from 'react';
import { follow } from '../client/live';
import type { RunEvent } from './fold';

/** Events that come within this time are shown together. */
const togetherMs = 60;

const nothing: readonly RunEvent[] = [];

/** The history of a run from its beginning, growing as it goes on. */
export function useHistory(runId: string): readonly RunEvent[] {
  const [history, setHistory] = useState(nothing);
  useEffect(() => {
    const stop = new AbortController();
    let events: RunEvent[] = [];
    let frame = 0;
    setHistory(nothing);
    const show = () => {
      clearTimeout(frame);
      frame = 0;
      setHistory(events);
    };
    void follow({
      path: `/v1/runs/${encodeURIComponent(runId)}/stream`,
      signal: stop.signal,
      onEvents: come => {
        const more = come.filter(e => e.type !== 'end' && e.type !== 'reset').map(e => JSON.parse(e.data) as RunEvent);
        const last = events.at(-1)?.seq ?? 0;
        events = [...events, ...more.filter(e => e.seq > last)];
        // Nothing more will come: nobody has to wait for it.
        if (come.some(e => e.type === 'end')) show();
        else frame ||= window.setTimeout(show, togetherMs);
      },
    });
    return () => {
      stop.abort();
      clearTimeout(frame);
    };
  }, [runId]);
  return history;
}
