import { useTranslation } from 'react-i18next';
import type { en } from '../i18n/en';

export type StatusName = keyof typeof en.status;

export type Tone = 'ok' | 'bad' | 'warn' | 'info' | 'none';

const tones: Partial<Record<string, Tone>> = {
  COMPLETED: 'ok', APPROVED: 'ok', published: 'ok', live: 'ok', delivered: 'ok', approved: 'ok', ACCEPTED: 'ok', done: 'ok', replayed: 'ok', ready: 'ok', up: 'ok', confirmed: 'ok', checked_in: 'ok', completed: 'ok', paid: 'ok', enabled: 'ok', healthy: 'ok', read: 'ok', with_dvt: 'ok',
  FAILED: 'bad', failed: 'bad', REJECTED: 'bad', stopped: 'bad', down: 'bad', unavailable: 'bad', denied: 'bad', REFUSED: 'bad', no_show: 'bad', error: 'bad', failing: 'bad', open: 'bad', silent: 'bad', free: 'bad',
  PAUSED: 'warn', waiting: 'warn', REVISION_REQUIRED: 'warn', degraded: 'warn', late: 'warn', refused: 'warn', held: 'warn', expired: 'warn', partially_paid: 'warn', stale: 'warn', disabled: 'warn', with_person: 'warn', paused: 'warn', WAITING_APPROVAL: 'warn',
  RUNNING: 'info', rebuilding: 'info', pending: 'info', accepted: 'info', owed: 'info', sending: 'info', sent: 'info', running: 'info',
};

const classes: Record<Tone, string> = {
  ok: 'bg-ok-soft text-ok',
  bad: 'bg-bad-soft text-bad',
  warn: 'bg-warn-soft text-warn',
  info: 'bg-info-soft text-info',
  none: 'bg-raised text-soft',
};

export function toneOf(status: string): Tone {
  return tones[status] ?? 'none';
}

/** The words for a state; one that has none is told as it is. */
export function useStatusWords(): (name: string) => string {
  const { t, i18n } = useTranslation();
  return name => (i18n.exists(`status.${name}`) ? t(`status.${name as StatusName}`) : name.replaceAll('_', ' ').toLowerCase());
}

/** A state in words and colour; a state that has no words is told as it is. */
export function Status({ of, sub, tone }: { of: string; sub?: string | null; tone?: Tone }) {
  const words = useStatusWords();
  const chosen = tone ?? toneOf(of);
  return (
    <span className={`inline-flex max-w-full items-center gap-1.5 rounded-full px-2 py-0.5 text-[0.86rem] leading-5 font-medium ${classes[chosen]}`}>
      <span aria-hidden className={`size-1.5 shrink-0 rounded-full bg-current ${of === 'RUNNING' ? 'beating' : ''}`} />
      <span className="truncate first-letter:uppercase">
        {words(of)}
        {sub ? ` · ${words(sub)}` : ''}
      </span>
    </span>
  );
}
