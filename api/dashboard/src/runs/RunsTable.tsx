import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '../ui/Status';
import { Ago, useNow } from '../ui/Time';
import { between } from '../ui/format';
import type { RunRow } from './Runs';

const rowHeight = 40;

/** How many rows before the end the next page is asked for, so that nobody waits at it. */
const ahead = 60;

const columns = 'grid grid-cols-[2rem_minmax(9rem,1.3fr)_minmax(8rem,1fr)] items-center gap-3 px-3 md:grid-cols-[2rem_minmax(11rem,1.5fr)_minmax(9rem,1fr)_minmax(9rem,1.2fr)_5rem_7rem_6.5rem] xl:grid-cols-[2rem_minmax(11rem,1.4fr)_minmax(9rem,1fr)_minmax(9rem,1.1fr)_5rem_7rem_6.5rem_minmax(8rem,1fr)]';

/** Only the rows in sight are in the page, however many there are. */
export function RunsTable({ rows, selected, onSelect, hasMore, isLoading, onMore }: {
  rows: RunRow[];
  selected: ReadonlyMap<string, RunRow>;
  onSelect: (next: ReadonlyMap<string, RunRow>) => void;
  hasMore: boolean;
  isLoading: boolean;
  onMore: () => void;
}) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 });
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoading && last >= rows.length - ahead) onMore();
  }, [hasMore, isLoading, last, rows.length, onMore]);
  const toggle = (row: RunRow) => {
    const next = new Map(selected);
    if (!next.delete(row.runId)) next.set(row.runId, row);
    onSelect(next);
  };
  const now = useNow(2_000, rows.some(r => r.startedAt && !r.finishedAt));
  return (
    <div ref={scroller} role="table" aria-label={t('runs.title')} aria-rowcount={hasMore ? -1 : rows.length} tabIndex={0} className="min-h-0 flex-1 overflow-auto rounded-lg border border-line bg-panel">
      <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-panel">
        <div role="row" className={`${columns} min-h-9 text-[0.9rem] font-medium text-soft`}>
          <span role="columnheader">
            <span className="sr-only">{t('runs.selectColumn')}</span>
          </span>
          <span role="columnheader">{t('runs.run')}</span>
          <span role="columnheader">{t('common.status')}</span>
          <span role="columnheader" className="hidden md:block">{t('runs.plan')}</span>
          <span role="columnheader" className="hidden text-right md:block">{t('runs.steps')}</span>
          <span role="columnheader" className="hidden md:block">{t('runs.queued')}</span>
          <span role="columnheader" className="hidden text-right md:block">{t('runs.duration')}</span>
          <span role="columnheader" className="hidden xl:block">{t('runs.error')}</span>
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {seen.map(item => {
          const row = rows[item.index]!;
          return (
            <div
              key={row.runId}
              role="row"
              aria-rowindex={item.index + 1}
              data-run={row.runId}
              className={`${columns} absolute inset-x-0 border-b border-line/60 hover:bg-raised ${selected.has(row.runId) ? 'bg-accent-soft' : ''}`}
              style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
            >
              <span role="cell">
                <input type="checkbox" className="size-4 align-middle accent-accent" checked={selected.has(row.runId)} onChange={() => toggle(row)} aria-label={t('runs.select', { id: row.runId })} />
              </span>
              <span role="cell" className="min-w-0">
                <Link to="/runs/$runId" params={{ runId: row.runId }} preload={false} className="block truncate font-mono text-[0.93rem] hover:underline" title={row.runId}>
                  {row.runId}
                </Link>
              </span>
              <span role="cell" className="min-w-0">
                <Status of={row.status} sub={row.substatus} />
              </span>
              <span role="cell" className="hidden truncate md:block" title={`${row.planId} ${row.planVersion}`}>
                {row.planId} <span className="text-soft">{row.planVersion}</span>
              </span>
              <span role="cell" className="hidden text-right md:block">
                {row.stepsCompleted ?? 0}
                {(row.stepsFailed ?? 0) > 0 && <span className="text-bad"> · {row.stepsFailed}</span>}
              </span>
              <span role="cell" className="hidden text-soft md:block">
                <Ago at={row.queuedAt} />
              </span>
              <span role="cell" className="hidden text-right md:block">{between(row.startedAt, row.finishedAt, now)}</span>
              <span role="cell" className="hidden truncate text-bad xl:block" title={row.errorMessage}>
                {row.errorCode}
              </span>
            </div>
          );
        })}
      </div>
      {isLoading && (
        <p className="p-2 text-center text-soft" role="status">
          {t('common.loading')}
        </p>
      )}
    </div>
  );
}
