import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '../ui/Status';
import { Ago, useNow } from '../ui/Time';
import { between } from '../ui/format';
import type { RunRow } from './useRuns';

export const lineHeight = 40;

export const columns = 'grid grid-cols-[2rem_minmax(9rem,1.3fr)_minmax(8rem,1fr)] items-center gap-3 px-3 md:grid-cols-[2rem_minmax(11rem,1.5fr)_minmax(9rem,1fr)_minmax(9rem,1.2fr)_5rem_7rem_6.5rem] xl:grid-cols-[2rem_minmax(11rem,1.4fr)_minmax(9rem,1fr)_minmax(9rem,1.1fr)_5rem_7rem_6.5rem_minmax(8rem,1fr)]';

/** One run of the list. Scrolling draws the lines that come into sight and leaves the others as they are. */
export const RunLine = memo(function RunLine({ row, index, top, isSelected, onToggle }: { row: RunRow; index: number; top: number; isSelected: boolean; onToggle: (row: RunRow) => void }) {
  const { t } = useTranslation();
  const now = useNow(2_000, Boolean(row.startedAt && !row.finishedAt));
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      data-run={row.runId}
      className={`${columns} absolute inset-x-0 border-b border-line/60 hover:bg-raised ${isSelected ? 'bg-accent-soft' : ''}`}
      style={{ height: lineHeight, transform: `translateY(${top}px)` }}
    >
      <span role="cell">
        <input type="checkbox" className="size-4 align-middle accent-accent" checked={isSelected} onChange={() => onToggle(row)} aria-label={t('runs.select', { id: row.runId })} />
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
});
