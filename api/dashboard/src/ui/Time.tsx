import { useEffect, useState } from 'react';
import { ago, moment } from './format';

/** A clock that moves the page along: now, renewed each so many milliseconds, unless it is told to rest. */
export function useNow(everyMs: number, moving = true): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, moving]);
  return now;
}

/** What is over is never told as still to come, though the page's clock stands still between its ticks. */
export function Ago({ at }: { at: string | undefined | null }) {
  const now = useNow(10_000);
  return at ? (
    <time dateTime={at} title={moment(at)} className="whitespace-nowrap">
      {ago(at, Math.max(now, Math.min(Date.now(), Date.parse(at))))}
    </time>
  ) : (
    <span className="text-soft">–</span>
  );
}
