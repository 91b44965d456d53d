import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import { usePeople } from '../client/people';
import { Button } from '../ui/Button';
import { useNow } from '../ui/Time';
import { ago } from '../ui/format';
import { ExternalSignalDialog } from './ExternalSignalDialog';
import type { SignalType, SignalWish } from './SignalDialog';
import type { Run } from './useRun';

const quiet = ['RUN_DEADLINE', 'CALL_IN_FLIGHT'];

/** What passes within this long is not shown. */
const settleMs = 1_200;

const offered: SignalType[] = ['RESUME', 'RETRY_STEP', 'SKIP_STEP', 'INJECT_OVERRIDE'];

/** The exact things waited for, and what clears them. */
export function Blockers({ run, onSignal }: { run: Run; onSignal: (wish: SignalWish) => void }) {
  const { t, i18n } = useTranslation();
  const now = useNow(1_000);
  const may = useMay('runs.signal');
  const [sending, setSending] = useState<string | null>(null);
  const found = useQuery({
    queryKey: ['blockers', run.runId],
    queryFn: () => ask(api.GET('/v1/runs/{runId}/blockers', { params: { path: { runId: run.runId } } })),
    refetchInterval: 10_000,
  });
  const factsOf = useFacts();
  // A call that is simply being made holds nobody up, and what has just begun may be over before it is read.
  const blockers = found.data?.blockers.filter(b => !quiet.includes(b.code) && !(b.since && now - new Date(b.since).getTime() < settleMs)) ?? [];
  if (blockers.length === 0) return null;
  return (
    <section aria-label={t('run.blockers')} className="rounded-lg border border-line bg-panel">
      <h2 className="px-4 pt-3 font-semibold">{t('run.blockers')}</h2>
      <ul className="max-h-56 divide-y divide-line overflow-y-auto px-4">
        {blockers.map((b, i) => (
          <li key={i} className="flex flex-wrap items-center justify-between gap-2 py-2">
            <div className="min-w-0">
              <p className="break-words">
                {b.stepId && <code className="mr-1.5 font-mono text-[0.93rem]">{b.stepId}</code>}
                {i18n.exists(`run.blockerCodes.${b.code}`) ? t(`run.blockerCodes.${b.code as 'PAUSED'}`) : b.detail}
              </p>
              <p className="text-[0.93rem] text-soft">
                {[
                  ...factsOf(b),
                  b.since && ago(b.since, now),
                  b.clearsAt && t('run.blockerUntil', { when: ago(b.clearsAt, now) }),
                  b.clearableBy?.roles?.length && t('run.blockerRoles', { roles: b.clearableBy.roles.join(', ') }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
              {b.error && (
                <p className="break-words text-bad">
                  {b.error.code}: {b.error.message}
                </p>
              )}
            </div>
            {may && (
              <div className="flex flex-wrap gap-2">
                {b.code === 'WAITING_SIGNAL' && b.signal && (
                  <Button small onClick={() => setSending(b.signal!)}>
                    {t('run.externalSend', { name: b.signal })}
                  </Button>
                )}
                {offered
                  .filter(type => b.clearableBy?.signals?.includes(type))
                  .map(type => (
                    <Button key={type} small onClick={() => onSignal({ type, ...(b.stepId && type !== 'RESUME' ? { stepId: b.stepId } : {}) })}>
                      {t(`signals.names.${type}`)}
                    </Button>
                  ))}
              </div>
            )}
          </li>
        ))}
      </ul>
      {sending && <ExternalSignalDialog runId={run.runId} name={sending} onClose={() => setSending(null)} />}
    </section>
  );
}

type Blocker = Schemas['Blocker'];

/** What is special about one, in the language of the page: the API's own sentence is English. */
function useFacts(): (b: Blocker) => (string | undefined)[] {
  const { t, i18n } = useTranslation();
  const people = usePeople();
  return b => [
    b.signal && (i18n.exists(`signals.names.${b.signal}`) ? t(`signals.names.${b.signal as 'PAUSE'}`) : b.signal),
    b.host,
    b.items && t('run.items', { completed: (b.items.completed ?? 0) + (b.items.failed ?? 0), total: b.items.total ?? 0 }),
    b.concurrency && t('run.blockerSlots', { limit: b.concurrency.limit, key: b.concurrency.key }),
    b.concurrency?.place !== undefined ? t('run.blockerPlace', { place: b.concurrency.place }) : undefined,
    b.budget && `${b.budget.budget}: ${b.budget.used} / ${b.budget.limit} ${b.budget.currency ?? ''}`.trim(),
    b.subRunId,
    b.count === undefined ? undefined : t('run.blockerCount', { count: b.count }),
    b.by && `${t('common.by')} ${people.get(b.by) ?? b.by}`,
    b.reason && `“${b.reason}”`,
  ];
}
