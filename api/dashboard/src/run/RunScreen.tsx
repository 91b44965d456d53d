import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { versionQuery } from '../plans/versionQuery';
import { Panel } from '../ui/Panel';
import { Loaded, Skeleton } from '../ui/States';
import { Tabs } from '../ui/Tabs';
import { Asks, AsksBelow } from './Asks';
import { DataPanel } from './DataPanel';
import { Events } from './Events';
import { fold } from './fold';
import { Gantt } from './Gantt';
import { HistorySlider } from './HistorySlider';
import { RunHeading } from './RunHeading';
import { SignalDialog, type SignalWish } from './SignalDialog';
import { SignalHistory } from './SignalHistory';
import { StepPanel } from './StepPanel';
import { isTerminal, usePlanOf, useRun, type RunStep } from './useRun';
import { useHistory } from './useHistory';

const drawing = () => import('../graph/Graph').then(m => ({ default: m.Graph }));
const Graph = lazy(drawing);
// Comes with the screen, not once the run and its plan are there; a failure is told when it is needed.
void drawing().catch(() => undefined);

const tabs = ['graph', 'timeline', 'events', 'data', 'signals'] as const;
type TabName = (typeof tabs)[number];

const none: RunStep[] = [];

/** However fast events come, what only the API can tell is asked again at most this often. */
const refreshMs = 700;

export function RunScreen() {
  const { runId } = useParams({ from: '/runs/$runId' });
  // Nothing of one run, such as how far back its history is shown, is another's.
  return <OneRun key={runId} runId={runId} />;
}

function OneRun({ runId }: { runId: string }) {
  const { t } = useTranslation();
  const search = useSearch({ from: '/runs/$runId' });
  const navigate = useNavigate({ from: '/runs/$runId' });
  const queries = useQueryClient();
  const run = useRun(runId);
  const history = useHistory(runId);
  const [at, setAt] = useState<number | null>(null);
  const [wish, setWish] = useState<SignalWish | null>(null);
  const view = useMemo(() => fold(history, at ?? history.length), [history, at]);
  const follows = usePlanOf(runId, run.data);
  const plan = useQuery({ ...versionQuery(follows?.planId ?? '', follows?.planVersion), staleTime: Infinity });
  const asked = useRef<boolean>(null);
  const due = useRef(0);
  useEffect(() => {
    if (history.length === 0) return;
    due.current ||= window.setTimeout(() => {
      due.current = 0;
      for (const key of ['run', 'blockers', 'signals']) void queries.invalidateQueries({ queryKey: [key, runId] });
    }, refreshMs);
  }, [history.length, queries, runId]);
  useEffect(() => () => clearTimeout(due.current), []);
  const tab: TabName = tabs.find(x => x === search.tab) ?? 'graph';
  const choose = useCallback((step: string | undefined) => void navigate({ search: ({ step: _, ...rest }) => (step ? { ...rest, step } : rest), replace: true, resetScroll: false }), [navigate]);

  return (
    <Loaded query={run}>
      {data => {
        const live = at === null;
        // Decided when the run is first seen: the column beside the graph stays when the run ends meanwhile.
        const mayAsk = (asked.current ??= data.status === 'FAILED' || !isTerminal(data.status));
        const status = live ? data.status : view.status;
        return (
          <div className="flex flex-col gap-4">
            <RunHeading run={data} status={status} events={history.length} onSignal={type => setWish({ type })} />
            {mayAsk && <AsksBelow run={data} />}
            <div className={`grid items-start gap-4 ${mayAsk || search.step ? 'xl:grid-cols-[minmax(0,1fr)_24rem]' : ''}`}>
              <Panel flush>
                <Tabs
                  label={t('run.tabsLabel')}
                  tabs={tabs.map(id => ({ id, label: t(`run.tabs.${id}`), count: id === 'events' ? history.length : undefined }))}
                  chosen={tab}
                  onChoose={next => void navigate({ search: s => ({ ...s, tab: next }), replace: true, resetScroll: false })}
                />
                {(tab === 'graph' || tab === 'timeline') && <HistorySlider events={history} at={at} onMove={setAt} />}
                <div role="tabpanel" aria-labelledby={`tab-${tab}`} className="min-w-0">
                  {tab === 'graph' && (
                    <Suspense fallback={<Skeleton rows={6} />}>
                      <Loaded query={plan}>{version => <Graph steps={version.document.steps} states={view.steps} chosen={search.step} onChoose={choose} runs={live ? data.steps : none} />}</Loaded>
                    </Suspense>
                  )}
                  {tab === 'timeline' && <Gantt view={view} chosen={search.step} onChoose={choose} moving={live && !isTerminal(status)} />}
                  {tab === 'events' && <Events events={history} onChoose={choose} />}
                  {tab === 'data' && <DataPanel run={data} />}
                  {tab === 'signals' && <SignalHistory runId={runId} held={data.heldSignals ?? []} />}
                </div>
              </Panel>
              {(mayAsk || search.step) && (
                <div className="flex min-w-0 flex-col gap-4">
                  {search.step ? (
                    <StepPanel
                      stepId={search.step}
                      view={view.steps.get(search.step)}
                      bars={view.bars.filter(b => b.stepId === search.step)}
                      detail={live ? data.steps.find(s => s.stepId === search.step) : undefined}
                      planned={plan.data?.document.steps.find(s => s.stepId === search.step)}
                      run={data}
                      onSignal={setWish}
                      onClose={() => choose(undefined)}
                    />
                  ) : (
                    <p className="text-soft max-xl:hidden">{t('run.chooseStep')}</p>
                  )}
                  {live && <Asks run={data} onChoose={choose} onSignal={setWish} />}
                </div>
              )}
            </div>
            <p className="text-soft">
              <Link to="/runs" className="underline">
                {t('home.allRuns')}
              </Link>
            </p>
            {wish && <SignalDialog run={data} wish={wish} events={history} onClose={() => setWish(null)} />}
          </div>
        );
      }}
    </Loaded>
  );
}
