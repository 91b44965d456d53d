import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Json } from '../ui/Json';
import { Empty } from '../ui/States';
import { clock, moment } from '../ui/format';
import type { RunEvent } from './fold';

const rowHeight = 34;
const columns = 'grid grid-cols-[3rem_minmax(9rem,1fr)_minmax(6rem,1fr)_5.5rem] items-center gap-3 px-4 md:grid-cols-[3.5rem_14rem_minmax(8rem,1fr)_6rem_minmax(8rem,1fr)]';

/** Every event there is, only those in sight in the page; one that is chosen is shown whole. */
export function Events({ events, onChoose }: { events: readonly RunEvent[]; onChoose: (stepId: string) => void }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState('');
  const [open, setOpen] = useState<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => {
    const wanted = filter.toLowerCase();
    return wanted ? events.filter(e => `${e.type} ${e.stepId ?? ''} ${e.actor}`.toLowerCase().includes(wanted)) : events;
  }, [events, filter]);
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 10 });
  const chosen = open === null ? undefined : events.find(e => e.seq === open);
  return (
    <div className="flex flex-col">
      <div className="p-3">
        <input type="search" className="field" aria-label={t('run.eventsFilter')} placeholder={t('run.eventsFilter')} value={filter} onChange={e => setFilter(e.target.value)} />
      </div>
      {shown.length === 0 ? (
        <Empty title={t('run.noEvents')} />
      ) : (
        <div ref={scroller} role="table" aria-label={t('run.tabs.events')} aria-rowcount={shown.length} tabIndex={0} className="max-h-[28rem] overflow-auto border-t border-line">
          <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-panel">
            <div role="row" className={`${columns} min-h-8 text-[0.9rem] font-medium text-soft`}>
              <span role="columnheader">{t('run.eventSeq')}</span>
              <span role="columnheader">{t('run.eventType')}</span>
              <span role="columnheader">{t('run.step')}</span>
              <span role="columnheader">{t('run.eventAt')}</span>
              <span role="columnheader" className="hidden md:block">{t('run.eventActor')}</span>
            </div>
          </div>
          <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(item => {
              const e = shown[item.index]!;
              return (
                <div key={e.seq} role="row" aria-rowindex={item.index + 1} className={`${columns} absolute inset-x-0 border-b border-line/60 hover:bg-raised ${e.seq === open ? 'bg-accent-soft' : ''}`} style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}>
                  <span role="cell" className="text-soft">{e.seq}</span>
                  <span role="cell" className="min-w-0">
                    <button type="button" aria-expanded={e.seq === open} className="block max-w-full truncate text-left hover:underline" onClick={() => setOpen(e.seq === open ? null : e.seq)}>
                      {e.type}
                    </button>
                  </span>
                  <span role="cell" className="min-w-0">
                    {e.stepId && (
                      <button type="button" className="block max-w-full truncate font-mono text-[0.93rem] hover:underline" onClick={() => onChoose(e.stepId!)}>
                        {e.stepId}
                      </button>
                    )}
                  </span>
                  <span role="cell" className="text-soft" title={moment(e.occurredAt)}>{clock(e.occurredAt)}</span>
                  <span role="cell" className="hidden truncate text-soft md:block">{e.actor}</span>
                </div>
              );
            })}
          </div>
        </div>
      )}
      {chosen && (
        <div className="border-t border-line p-3">
          <Json value={chosen} label={`${chosen.type} ${chosen.seq}`} />
        </div>
      )}
    </div>
  );
}
