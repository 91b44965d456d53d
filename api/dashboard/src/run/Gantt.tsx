import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../ui/States';
import { toneOf, useStatusWords } from '../ui/Status';
import { useNow } from '../ui/Time';
import { between, count, span } from '../ui/format';
import type { Bar, RunView } from './fold';

const fills = { ok: 'bg-ok', bad: 'bg-bad', warn: 'bg-warn', info: 'bg-info', none: 'bg-soft' };

/** Drawn at most; the rest of a very large run is in its events. */
const maxRows = 500;

/** A row per step, a bar per attempt, thin where it waits for the next one. */
export function Gantt({ view, chosen, onChoose, moving }: { view: RunView; chosen: string | undefined; onChoose: (stepId: string) => void; moving: boolean }) {
  const { t } = useTranslation();
  const words = useStatusWords();
  const now = useNow(500, moving);
  const rows = useMemo(() => {
    const byStep = new Map<string, Bar[]>();
    for (const bar of view.bars) byStep.set(bar.stepId, [...(byStep.get(bar.stepId) ?? []), bar]);
    return [...byStep];
  }, [view.bars]);
  if (rows.length === 0) return <Empty title={t('common.none')} />;
  const begin = new Date(view.startedAt ?? view.bars[0]!.startedAt).getTime();
  const end = Math.max(view.endedAt ? new Date(view.endedAt).getTime() : moving ? now : 0, ...view.bars.map(b => new Date(b.endedAt ?? b.startedAt).getTime()), begin + 1);
  const place = (at: string | undefined) => ((at ? new Date(at).getTime() : end) - begin) / (end - begin) * 100;
  return (
    <div className="overflow-x-auto p-4">
      <div className="min-w-[34rem]">
        <div className="mb-1 flex justify-between pl-40 text-[0.86rem] text-soft" aria-hidden>
          {[0, 0.25, 0.5, 0.75, 1].map(part => (
            <span key={part}>{span((end - begin) * part)}</span>
          ))}
        </div>
        <ol className="flex flex-col">
          {rows.slice(0, maxRows).map(([stepId, bars]) => (
            <li key={stepId} className={`flex items-center rounded ${stepId === chosen ? 'bg-accent-soft' : 'hover:bg-raised'}`}>
              <button type="button" onClick={() => onChoose(stepId)} className="w-40 shrink-0 truncate py-1 pr-2 text-left font-mono text-[0.93rem] hover:underline">
                {stepId}
                <span className="sr-only">: {bars.map(b => `${words(b.status)} ${between(b.startedAt, b.endedAt, now)}`).join(', ')}</span>
              </button>
              <span aria-hidden className="relative h-6 flex-1 border-l border-line">
                {bars.map((bar, i) => {
                  const left = place(bar.startedAt);
                  const waits = bar.status === 'WAITING' || bar.status === 'WAITED';
                  return (
                    <span
                      key={i}
                      title={`${words(bar.status)} · ${between(bar.startedAt, bar.endedAt, now)}`}
                      className={`absolute rounded-sm ${waits ? 'top-[0.69rem] h-0.5 bg-soft' : `top-1 h-4 ${fills[toneOf(bar.status)]} ${bar.endedAt ? '' : 'beating'}`}`}
                      style={{ left: `${left}%`, width: `max(3px, ${place(bar.endedAt) - left}%)` }}
                    />
                  );
                })}
              </span>
            </li>
          ))}
        </ol>
        {rows.length > maxRows && <p className="mt-2 text-soft">{t('run.firstSteps', { shown: count(maxRows), total: count(rows.length) })}</p>}
      </div>
    </div>
  );
}
