import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/Panel';
import { Empty, Loaded } from '../ui/States';
import { Table } from '../ui/Table';
import { ago, count } from '../ui/format';
import { counted, families, type QueueFamily, type SeenQueue } from './grouping';
import type { InstallationQuery } from './installation';

/** Workers look each five seconds; what is older than this nobody has looked at. */
const oldMs = 20_000;

/** What waits in the broker, and what stands beside it: parked, or dead. */
export function Queues({ query }: { query: InstallationQuery }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('system.queues')} actions={query.data && query.data.queues.length > 0 && <Seen at={query.data.at} queues={query.data.queues} />} flush>
      <Loaded query={query}>
        {({ queues }) =>
          queues.length === 0 ? (
            <Empty title={t('system.queuesNone')}>{t('system.queuesNoneNote')}</Empty>
          ) : (
            <>
              <Figures label={t('system.queues')} rows={families(counted(queues, q => q.name))} name={f => (f.queues > 1 ? t('system.queuesOf', { name: f.name, of: f.queues }) : f.name)} />
              <details className="border-t border-line">
                <summary className="px-4 py-3 text-soft">{t('system.eachQueue')}</summary>
                <Figures label={t('system.eachQueue')} rows={counted(queues, q => q.name).map(q => ({ ...q, queues: 1 }))} name={q => q.name} />
              </details>
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** The newest look at any of them; both moments are by the same clock, which need not be the reader's. */
function Seen({ at, queues }: { at: string; queues: readonly SeenQueue[] }) {
  const { t } = useTranslation();
  const newest = queues.reduce((latest, q) => (q.seenAt > latest ? q.seenAt : latest), '');
  const old = Date.parse(at) - Date.parse(newest) > oldMs;
  const when = ago(newest, Date.parse(at));
  return <p className={old ? 'text-bad' : 'text-soft'}>{old ? t('system.queuesOld', { when }) : t('system.queuesSeen', { when })}</p>;
}

function Figures({ label, rows, name }: { label: string; rows: readonly QueueFamily[]; name: (of: QueueFamily) => string }) {
  const { t } = useTranslation();
  const figure = (n: number, bad: boolean) => <span className={n > 0 && bad ? 'font-medium text-bad' : n === 0 ? 'text-soft' : ''}>{count(n)}</span>;
  return (
    <Table
      label={label}
      rows={rows}
      keyOf={f => f.name}
      columns={[
        { title: t('system.queue'), cell: f => <code className="font-mono text-[0.9rem] whitespace-nowrap">{name(f)}</code> },
        { title: t('system.waiting'), right: true, cell: f => figure(f.messages, false) },
        { title: t('system.consumers'), right: true, wide: true, cell: f => <span className={f.consumers === 0 ? 'font-medium text-bad' : ''}>{count(f.consumers)}</span> },
        { title: t('system.parked'), right: true, wide: true, cell: f => figure(f.parked, true) },
        { title: t('system.letters'), right: true, cell: f => figure(f.deadLetters, true) },
      ]}
    />
  );
}
