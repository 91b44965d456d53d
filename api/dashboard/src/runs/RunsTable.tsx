import { useVirtualizer } from '@tanstack/react-virtual';
import { type Dispatch, type RefObject, type SetStateAction, useCallback, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../ui/States';
import { columns, lineHeight, RunLine } from './RunLine';
import type { RunRow, Sight } from './useRuns';

/** How many rows before the end the next page is asked for, so that nobody waits at it. */
const ahead = 60;

/** Only the rows in sight are in the page, however many there are. */
export function RunsTable({ scroller, rows, selected, onSelect, onSight, hasMore, isLoading, fault, onMore }: {
  scroller: RefObject<HTMLDivElement | null>;
  rows: RunRow[];
  selected: ReadonlyMap<string, RunRow>;
  onSelect: Dispatch<SetStateAction<ReadonlyMap<string, RunRow>>>;
  onSight: (sight: Sight) => void;
  hasMore: boolean;
  isLoading: boolean;
  /** Why the next page did not come. */
  fault: unknown;
  onMore: () => void;
}) {
  const { t } = useTranslation();
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => lineHeight, overscan: 12 });
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoading && !fault && last >= rows.length - ahead) onMore();
  }, [hasMore, isLoading, fault, last, rows.length, onMore]);
  const first = virtual.range?.startIndex ?? 0;
  const atTop = (virtual.scrollOffset ?? 0) < lineHeight / 2;
  useEffect(() => onSight({ atTop, first }), [onSight, atTop, first]);
  const allSelected = rows.length > 0 && selected.size >= rows.length && rows.every(row => selected.has(row.runId));
  const toggle = useCallback((row: RunRow) => onSelect(before => {
    const next = new Map(before);
    if (!next.delete(row.runId)) next.set(row.runId, row);
    return next;
  }), [onSelect]);
  return (
    <div ref={scroller} role="table" aria-label={t('runs.title')} aria-rowcount={hasMore ? -1 : rows.length} tabIndex={0} className="min-h-80 flex-1 overflow-auto rounded-lg border border-line bg-panel">
      <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-panel">
        <div role="row" className={`${columns} min-h-9 text-[0.9rem] font-medium text-soft`}>
          <span role="columnheader">
            <span className="sr-only">{t('runs.selectColumn')}</span>
            <input
              type="checkbox"
              className="size-4 align-middle accent-accent"
              checked={allSelected}
              ref={box => {
                if (box) box.indeterminate = !allSelected && selected.size > 0;
              }}
              onChange={() => onSelect(allSelected ? new Map() : new Map([...selected, ...rows.map(row => [row.runId, row] as const)]))}
              aria-label={t('runs.selectAll', { count: rows.length })}
            />
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
          return <RunLine key={row.runId} row={row} index={item.index} top={item.start} isSelected={selected.has(row.runId)} onToggle={toggle} />;
        })}
      </div>
      {fault ? (
        <div className="sticky left-0 p-2">
          <ProblemNote fault={fault} retry={onMore} />
        </div>
      ) : null}
      {isLoading && (
        <p className="p-2 text-center text-soft" role="status">
          {t('common.loading')}
        </p>
      )}
    </div>
  );
}
