import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { Panel } from '../ui/Panel';
import { Empty, Loaded, ProblemNote } from '../ui/States';
import { Status } from '../ui/Status';
import { Ago } from '../ui/Time';

/** Looked at no further back than this. */
const recentMs = 24 * 3_600_000;

/** What waits for a person: parked and failed runs, open approvals, dead letters. */
export function ToLookAt() {
  const { t } = useTranslation();
  const mayDecide = useMay('approvals.decide');
  const mayLetters = useMay('dead-letters.read');
  const failed = useQuery({
    queryKey: ['runs', 'failed'],
    queryFn: async () => {
      const from = new Date(Date.now() - recentMs).toISOString();
      const [failures, paused] = await Promise.all([
        ask(api.GET('/v1/runs', { params: { query: { status: 'FAILED', from, limit: 6 } } })),
        ask(api.GET('/v1/runs', { params: { query: { status: 'PAUSED', limit: 20 } } })),
      ]);
      return [...paused.items.filter(r => r.substatus === 'STEP_FAILED' || r.substatus === 'BUDGET_EXCEEDED'), ...failures.items].slice(0, 8);
    },
  });
  const approvals = useQuery({ queryKey: ['approvals', 'mine'], queryFn: async () => (await ask(api.GET('/v1/approvals', { params: { query: { mine: 'true', limit: 100 } as never } }))).items.length, enabled: mayDecide });
  const letters = useQuery({ queryKey: ['deadLetters', 'groups'], queryFn: async () => (await ask(api.GET('/v1/dead-letters/groups'))).items.reduce((n, g) => n + g.count, 0), enabled: mayLetters, refetchInterval: 30_000 });
  // That nothing asks for anybody is said only once all of it is known.
  const unknown = [...(mayDecide ? [approvals] : []), ...(mayLetters ? [letters] : [])].find(q => q.data === undefined);
  return (
    <Panel title={t('home.look')} flush>
      {unknown?.error && (
        <div className="p-4">
          <ProblemNote fault={unknown.error} retry={() => void unknown.refetch()} />
        </div>
      )}
      <Loaded query={failed}>
        {runs =>
          runs.length === 0 && !approvals.data && !letters.data ? (
            unknown ? null : <Empty title={t('home.lookNone')}>{t('home.lookNoneNote')}</Empty>
          ) : (
            <ul className="divide-y divide-line">
              {!!approvals.data && (
                <li className="px-4 py-2">
                  <Link to="/approvals" className="font-medium underline">
                    {t('home.approvalsOpen', { count: approvals.data })}
                  </Link>
                </li>
              )}
              {!!letters.data && (
                <li className="px-4 py-2">
                  <Link to="/dead-letters" className="font-medium text-bad underline">
                    {t('home.deadOpen', { count: letters.data })}
                  </Link>
                </li>
              )}
              {runs.map(run => (
                <li key={run.runId} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-2 hover:bg-raised">
                  <Status of={run.status} sub={run.status === 'PAUSED' ? run.substatus : undefined} />
                  <Link to="/runs/$runId" params={{ runId: run.runId }} className="min-w-0 flex-1 truncate hover:underline">
                    {run.planId} <span className="font-mono text-[0.93rem] text-soft">{run.runId}</span>
                  </Link>
                  <span className="text-soft">
                    <Ago at={run.finishedAt ?? run.updatedAt} />
                  </span>
                  {run.errorCode && (
                    <span className="basis-full truncate text-[0.93rem] text-bad" title={run.errorMessage}>
                      {run.errorCode}: {run.errorMessage}
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
