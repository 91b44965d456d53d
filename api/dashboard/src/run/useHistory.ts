import { useEffect, useState } from 'react';
import { follow, type LiveState } from '../client/live';
import type { RunEvent } from './fold';

export interface History {
  events: readonly RunEvent[];
  state: LiveState;
  /** Nothing more will come. */
  ended: boolean;
}

/** The history of a run from its beginning, growing as it goes on. Events that come together are shown together. */
export function useHistory(runId: string): History {
  const [history, setHistory] = useState<History>({ events: [], state: 'connecting', ended: false });
  useEffect(() => {
    const stop = new AbortController();
    let events: RunEvent[] = [];
    let ended = false;
    let frame = 0;
    setHistory({ events, state: 'connecting', ended });
    const show = () => {
      frame = 0;
      setHistory(h => ({ ...h, events, ended }));
    };
    void follow({
      path: `/v1/runs/${encodeURIComponent(runId)}/stream`,
      signal: stop.signal,
      onState: state => setHistory(h => ({ ...h, state })),
      onEvents: come => {
        const more = come.filter(e => e.type !== 'end' && e.type !== 'reset').map(e => JSON.parse(e.data) as RunEvent);
        const last = events.at(-1)?.seq ?? 0;
        events = [...events, ...more.filter(e => e.seq > last)];
        ended ||= come.some(e => e.type === 'end');
        frame ||= window.setTimeout(show, 60);
      },
    });
    return () => {
      stop.abort();
      clearTimeout(frame);
    };
  }, [runId]);
  return history;
}
