import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useRun } from '../run/useRun';
import { Button, buttonClass } from '../ui/Button';
import { Heading, Panel } from '../ui/Panel';
import { Loaded, Skeleton } from '../ui/States';
import { Status } from '../ui/Status';
import { isoDuration } from '../ui/format';
import { PlanTabs } from './PlanTabs';
import { StartDialog } from './StartDialog';
import { versionQuery } from './versionQuery';

export function PlanScreen() {
  const { t } = useTranslation();
  const { planId } = useParams({ from: '/plans/$planId' });
  const search = useSearch({ from: '/plans/$planId' });
  const navigate = useNavigate({ from: '/plans/$planId' });
  const mayStart = useMay('runs.start');
  const versions = useQuery({ queryKey: ['plans', planId], queryFn: () => ask(api.GET('/v1/plans/{planId}', { params: { path: { planId } } })) });
  const version = search.version ?? versions.data?.newestPublished ?? versions.data?.versions[0]?.version;
  const plan = useQuery(versionQuery(planId, version));
  const prediction = useQuery({
    queryKey: ['planPrediction', planId, version],
    queryFn: () => ask(api.GET('/v1/plans/{planId}/versions/{version}/prediction', { params: { path: { planId, version: version! } } })),
    enabled: version !== undefined,
  });
  // A run to begin like, unless it just says to begin.
  const like = search.start === 'yes' ? undefined : search.start;
  const earlier = useRun(like);
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
          <Loaded query={plan} skeleton={<Panel><Skeleton rows={6} /></Panel>}>
            {data => <PlanTabs key={`${data.planId} ${data.version}`} plan={data} versions={all.versions} />}
          </Loaded>
          {search.start && plan.data && (!like || !earlier.isPending) && <StartDialog plan={plan.data.document} input={earlier.data?.input} onClose={() => void navigate({ search: ({ start: _, ...rest }) => rest, replace: true })} />}
        </>
      )}
    </Loaded>
  );
}
