import { Play } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button';
import { clock } from '../ui/format';
import type { RunEvent } from './fold';

/** Moves through the history event by event; at its right end the run is shown as it is now. */
export function HistorySlider({ events, at, onMove }: { events: readonly RunEvent[]; at: number | null; onMove: (at: number | null) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const total = events.length;
  const shown = at ?? total;
  const event = events[shown - 1];
  const words = at === null ? t('run.historyLive') : `${t('run.historyAt', { seq: shown, total })}${event ? ` · ${event.type}${event.stepId ? ` ${event.stepId}` : ''} · ${clock(event.occurredAt)}` : ''}`;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
      <label htmlFor={id} className="font-medium">
        {t('run.history')}
      </label>
      <input
        id={id}
        type="range"
        min={1}
        max={Math.max(total, 1)}
        value={shown}
        disabled={total < 2}
        aria-valuetext={words}
        className="min-w-40 flex-1 accent-accent"
        onChange={e => onMove(e.target.valueAsNumber >= total ? null : e.target.valueAsNumber)}
      />
      <span className="min-w-16 truncate text-soft">{words}</span>
      {at !== null && (
        <Button small onClick={() => onMove(null)}>
          <Play aria-hidden className="size-3.5" />
          {t('run.backToLive')}
        </Button>
      )}
    </div>
  );
}
