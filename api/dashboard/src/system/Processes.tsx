import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/Panel';
import { Empty, Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { Ago } from '../ui/Time';
import { count } from '../ui/format';
import type { InstallationQuery } from './installation';

/** Which processes there are, and which were not heard from lately. */
export function Processes({ query }: { query: InstallationQuery }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('system.processes')} flush>
      <Loaded query={query}>
        {({ processes }) =>
          processes.length === 0 ? (
            <Empty title={t('system.processesNone')}>{t('system.processesNoneNote')}</Empty>
          ) : (
            <Table
              label={t('system.processes')}
              rows={processes}
              keyOf={p => p.processId}
              columns={[
                { title: t('system.process'), cell: p => <span className="font-mono text-[0.93rem] whitespace-nowrap">{p.name}</span> },
                { title: t('common.status'), cell: p => <Status of={p.state} /> },
                { title: t('system.works'), wide: true, cell: p => <span className="text-soft">{p.parts.join(', ') || '–'}</span> },
                { title: t('system.startedAt'), wide: true, cell: p => <Ago at={p.startedAt} /> },
                { title: t('system.seenAt'), cell: p => <Ago at={p.seenAt} /> },
                { title: t('system.slots'), right: true, wide: true, cell: p => (p.role === 'workers' ? count(p.slots) : <span className="text-soft">–</span>) },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
