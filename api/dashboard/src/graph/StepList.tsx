import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { StepView } from '../run/fold';
import { Status } from '../ui/Status';
import type { PlanStep } from './layout';

const rowHeight = 34;

/** The steps as a list: for plans too large to draw, and for whom a drawing says nothing. */
export function StepList({ steps, states, onChoose }: { steps: readonly PlanStep[]; states?: ReadonlyMap<string, StepView> | undefined; onChoose?: ((stepId: string) => void) | undefined }) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: steps.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 10 });
  return (
    <div ref={scroller} role="list" aria-label={t('run.list')} tabIndex={0} className="max-h-96 overflow-auto">
      <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(item => {
          const step = steps[item.index]!;
          const status = states?.get(step.stepId)?.status ?? 'PENDING';
          return (
            <div key={step.stepId} role="listitem" className="absolute inset-x-0 flex items-center gap-3" style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}>
              <button type="button" disabled={!onChoose} className="w-48 truncate text-left font-mono text-[0.93rem] hover:underline" onClick={() => onChoose?.(step.stepId)}>
                {step.stepId}
              </button>
              <span className="hidden w-24 truncate text-soft sm:block">{step.kind}</span>
              {states && <Status of={status} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}
