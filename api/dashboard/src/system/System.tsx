import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useProjections } from '../home/queries';
import { useAct } from '../ui/act';
import { Confirm } from '../ui/Confirm';
import { Heading, Panel } from '../ui/Panel';
import { Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { count, span } from '../ui/format';
import { BulkJobs } from './BulkJobs';
import { useInstallation } from './installation';
import { Metrics } from './Metrics';
import { Processes } from './Processes';
import { Queues } from './Queues';
import { Slots } from './Slots';
import { StandingJobs } from './StandingJobs';

const checks = { postgres: 'system.postgres', rabbitmq: 'system.rabbitmq', projections: 'system.projections', jobs: 'system.jobsCheck' } as const;

export function System() {
  const { t } = useTranslation();
  const mayLook = useMay('system.read');
  return (
    <>
      <Heading title={t('system.title')} />
      <div className="flex flex-col gap-4">
        <Readiness />
        {mayLook && <Running />}
        <BulkJobs />
        <Views />
        <Metrics />
      </div>
    </>
  );
}

/** One question answers all of them. */
function Running() {
  const installation = useInstallation();
  return (
    <>
      <Processes query={installation} />
      <div className="grid items-start gap-4 2xl:grid-cols-2">
        <Slots query={installation} />
        <Queues query={installation} />
      </div>
      <StandingJobs query={installation} />
    </>
  );
}

function Readiness() {
  const { t } = useTranslation();
  const health = useQuery({
    queryKey: ['readyz'],
    // 503 carries the same document.
    queryFn: async () => (await (await fetch('/readyz')).json()) as { status: string; checks: Record<string, string> },
    refetchInterval: 5_000,
  });
  const adapters = useQuery({ queryKey: ['adapters'], queryFn: async () => (await ask(api.GET('/v1/adapters'))).items });
  return (
    <Panel title={t('system.ready')}>
      <Loaded query={health}>
        {data => (
          <dl className="flex flex-wrap gap-x-8 gap-y-2">
            <Pair name={t('system.ready')} status={data.status} />
            {Object.entries(checks).map(([c, name]) => data.checks?.[c] && <Pair key={c} name={t(name)} status={data.checks[c]} />)}
            {adapters.data?.map(a => <Pair key={a.name} name={`${t('system.adapters')}: ${a.name}`} status={a.health} />)}
          </dl>
        )}
      </Loaded>
    </Panel>
  );
}

function Pair({ name, status }: { name: string; status: string }) {
  return (
    <div className="flex items-center gap-2">
      <dt className="text-soft">{name}</dt>
      <dd>
        <Status of={status} />
      </dd>
    </div>
  );
}

function Views() {
  const { t } = useTranslation();
  const mayRebuild = useMay('projections.rebuild');
  const views = useProjections(true);
  const rebuild = useAct({
    act: (name: string) => ask(api.POST('/v1/projections/{name}/rebuild', { params: { path: { name } }, body: {} })),
    changes: ['projections'],
    done: () => t('system.rebuildAccepted'),
  });
  return (
    <Panel title={t('system.views')} flush>
      <Loaded query={views}>
        {rows => (
          <Table
            label={t('system.views')}
            rows={rows}
            keyOf={v => `${v.name} ${v.version}`}
            columns={[
              { title: t('system.view'), cell: v => <span className="font-medium">{v.name}</span> },
              { title: t('system.version'), wide: true, cell: v => <span className="font-mono text-[0.9rem] text-soft">{v.version?.slice(0, 10)}</span> },
              {
                title: t('common.status'),
                cell: v => (
                  <span className="flex flex-wrap items-center gap-2">
                    <Status of={v.state} />
                    {v.rebuild !== undefined && <progress className="h-2 w-24 accent-accent" value={v.rebuild} aria-label={t('status.rebuilding')} />}
                    {!!v.stoppedStreams && <span className="text-bad">{t('system.stopped', { count: v.stoppedStreams })}</span>}
                  </span>
                ),
              },
              { title: t('system.lagEvents'), right: true, wide: true, cell: v => count(v.lagEvents) },
              { title: t('system.lagSeconds'), right: true, cell: v => span(v.lagSeconds * 1000) },
              ...(mayRebuild
                ? [{ title: t('common.actions'), right: true, cell: (v: (typeof rows)[number]) => <Confirm label={t('system.rebuild')} question={t('system.rebuildAsk', { name: v.name })} act={() => rebuild.mutate(v.name)} busy={rebuild.isPending && rebuild.variables === v.name} /> }]
                : []),
            ]}
          />
        )}
      </Loaded>
    </Panel>
  );
}
