import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useRun } from '../run/useRun';
import { Button, buttonClass } from '../ui/Button';
import { Json } from '../ui/Json';
import { Heading, Panel } from '../ui/Panel';
import { Loaded, Skeleton } from '../ui/States';
import { Status } from '../ui/Status';
import { Tabs } from '../ui/Tabs';
import { isoDuration } from '../ui/format';
import { Editor } from './Editor';
import { Simulate } from './Simulate';
import { StartDialog } from './StartDialog';
import { Versions } from './Versions';

const Graph = lazy(() => import('../graph/Graph').then(m => ({ default: m.Graph })));

const tabs = ['graph', 'edit', 'versions', 'simulate'] as const;

export function PlanScreen() {
  const { t } = useTranslation();
  const { planId } = useParams({ from: '/plans/$planId' });
  const search = useSearch({ from: '/plans/$planId' });
  const navigate = useNavigate({ from: '/plans/$planId' });
  const mayStart = useMay('runs.start');
  const versions = useQuery({ queryKey: ['plans', planId], queryFn: () => ask(api.GET('/v1/plans/{planId}', { params: { path: { planId } } })) });
  const version = search.version ?? versions.data?.newestPublished ?? versions.data?.versions[0]?.version;
  const plan = useQuery({
    queryKey: ['plans', 'version', planId, version],
    queryFn: () => ask(api.GET('/v1/plans/{planId}/versions/{version}', { params: { path: { planId, version: version! } } })),
    enabled: version !== undefined,
  });
  const prediction = useQuery({
    queryKey: ['planPrediction', planId, version],
    queryFn: () => ask(api.GET('/v1/plans/{planId}/versions/{version}/prediction', { params: { path: { planId, version: version! } } })),
    enabled: version !== undefined,
  });
  // A run to begin like, unless it just says to begin.
  const like = search.start === 'yes' ? undefined : search.start;
  const earlier = useRun(like);
  const tab = tabs.find(x => x === search.tab) ?? 'graph';
  const chosen = plan.data?.document.steps.find(s => s.stepId === search.step);
  const usual = prediction.data?.duration;
  return (
    <Loaded query={versions}>
      {all => (
        <>
          <Heading
            name={planId}
            back={<Link to="/plans" className="hover:underline">{t('plans.title')}</Link>}
            title={
              <span className="flex flex-wrap items-center gap-2">
                {planId}
                {plan.data && <Status of={plan.data.state} />}
              </span>
            }
            note={
              <>
                {plan.data?.name} {usual && `· ${t('plans.usually', { p50: isoDuration(usual.p50), p90: isoDuration(usual.p90) })}`}
              </>
            }
            actions={
              <>
                <select className="field w-auto" aria-label={t('plans.version')} value={version} onChange={e => void navigate({ search: s => ({ ...s, version: e.target.value }) })}>
                  {all.versions.map(v => (
                    <option key={v.version} value={v.version}>
                      {v.version} · {t(`status.${v.state}`)}
                    </option>
                  ))}
                </select>
                <Link to="/runs" search={{ planId }} className={buttonClass('plain')}>
                  {t('plans.runs')}
                </Link>
                {mayStart && plan.data?.state === 'published' && (
                  <Button look="primary" onClick={() => void navigate({ search: s => ({ ...s, start: 'yes' }) })}>
                    <Play aria-hidden className="size-4" />
                    {t('plans.start')}
                  </Button>
                )}
              </>
            }
          />
          <Panel flush>
            <Tabs label={t('plans.tabsLabel')} tabs={tabs.map(id => ({ id, label: t(`plans.tabs.${id}`) }))} chosen={tab} onChoose={next => void navigate({ search: s => ({ ...s, tab: next }), replace: true })} />
            <div role="tabpanel" aria-labelledby={`tab-${tab}`}>
              <Loaded query={plan}>
                {data =>
                  tab === 'edit' ? (
                    <Editor key={`${data.planId} ${data.version}`} plan={data} />
                  ) : tab === 'versions' ? (
                    <Versions planId={planId} versions={all.versions} chosen={data.version} compared={search.with} />
                  ) : tab === 'simulate' ? (
                    <Simulate key={data.digest} plan={data.document} />
                  ) : (
                    <Suspense fallback={<Skeleton rows={6} />}>
                      <Graph steps={data.document.steps} chosen={search.step} onChoose={step => void navigate({ search: s => ({ ...s, step }), replace: true, resetScroll: false })} />
                      {chosen && (
                        <div className="border-t border-line p-4">
                          <Json value={chosen} label={t('plans.step')} />
                        </div>
                      )}
                    </Suspense>
                  )
                }
              </Loaded>
            </div>
          </Panel>
          {search.start && plan.data && (!like || !earlier.isPending) && <StartDialog plan={plan.data.document} input={earlier.data?.input} onClose={() => void navigate({ search: ({ start: _, ...rest }) => rest, replace: true })} />}
        </>
      )}
    </Loaded>
  );
}
