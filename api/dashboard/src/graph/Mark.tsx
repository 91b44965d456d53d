import type { Tone } from '../ui/Status';

const shapes: Record<Tone, string> = {
  ok: 'm5 12 5 5L20 7',
  bad: 'm6 6 12 12M18 6 6 18',
  warn: 'M12 4v10M12 19v.5',
  info: 'm8 5 11 7-11 7z',
  none: 'M5 12h14',
};

const waiting = 'M12 12h.01';

/** The state as a shape, so that colour does not say it alone; its words are for whom it is read out. */
export function Mark({ tone, status, words, className }: { tone: Tone; status: string; words: string; className: string }) {
  return (
    <svg role="img" aria-label={words} viewBox="0 0 24 24" className={`size-9 shrink-0 fill-none stroke-current stroke-3 ${className}`} strokeLinecap="round" strokeLinejoin="round">
      <path d={tone === 'none' && status === 'PENDING' ? waiting : shapes[tone]} />
    </svg>
  );
}
