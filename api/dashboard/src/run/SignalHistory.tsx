import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Empty, Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Ago } from '../ui/Time';
import { Who } from '../ui/Who';
import { useCodeWords } from '../ui/codeWords';
import type { Run } from './useRun';

/** Who steered the run, why, and what was decided; with the signals that wait for a second person. */
export function SignalHistory({ runId, held }: { runId: string; held: NonNullable<Run['heldSignals']> }) {
  const { t } = useTranslation();
  const words = useCodeWords();
  const decisions = useInfiniteQuery({
    queryKey: ['signals', runId],
    queryFn: ({ pageParam }) => ask(api.GET('/v1/runs/{runId}/signals', { params: { path: { runId }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: page => page.nextCursor ?? undefined,
  });
  const review = useAct({
    act: ({ signalId, verdict }: { signalId: string; verdict: 'approve' | 'reject' }) =>
      ask(api.POST(`/v1/runs/{runId}/signals/{signalId}/${verdict}`, { params: { path: { runId, signalId } }, body: {} })),
    changes: ['run', 'signals', 'blockers'],
    done: () => t('run.decided'),
  });
  return (
    <div className="p-4">
      {held.map(signal => (
        <div key={signal.signalId} className="mb-3 flex flex-wrap items-center justify-between gap-3 rounded-md border border-line bg-warn-soft p-3">
          <div>
            <p className="font-medium">
              {t('run.held')}: {t(`signals.names.${signal.signalType as 'PAUSE'}`)} {signal.stepId}
            </p>
            <p>
              {signal.person && <Who actor={signal.person} />} {signal.reason && `“${signal.reason}”`}
            </p>
          </div>
          <div className="flex gap-2">
            <Button small look="primary" onClick={() => review.mutate({ signalId: signal.signalId, verdict: 'approve' })}>
              {t('run.approve')}
            </Button>
            <Button small look="danger" onClick={() => review.mutate({ signalId: signal.signalId, verdict: 'reject' })}>
              {t('run.deny')}
            </Button>
          </div>
        </div>
      ))}
      <Loaded query={decisions}>
        {data => {
          const all = data.pages.flatMap(p => p.items);
          if (all.length === 0 && held.length === 0) return <Empty title={t('run.signalsNone')}>{t('run.signalsNoneNote')}</Empty>;
          return (
            <ul className="flex flex-col divide-y divide-line">
              {all.map(d => (
                <li key={d.policyDecisionId} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2">
                  <span className="font-medium">{t(`signals.names.${d.type as 'PAUSE'}`)}</span>
                  {d.stepId && <code className="font-mono text-[0.93rem]">{d.stepId}</code>}
                  <Status of={d.decision} />
                  {d.code && <span title={d.code} className="text-bad">{words(d.code)}</span>}
                  <span className="text-soft">
                    <Who actor={d.person ?? d.actor} /> · <Ago at={d.decidedAt} />
                  </span>
                  {d.reason && <span className="basis-full">“{d.reason}”</span>}
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      {decisions.hasNextPage && <Button onClick={() => void decisions.fetchNextPage()}>{t('common.more')}</Button>}
    </div>
  );
}
