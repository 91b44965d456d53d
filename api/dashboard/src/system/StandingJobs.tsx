import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/Panel';
import { Empty, Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { Ago } from '../ui/Time';
import { span } from '../ui/format';
import type { InstallationQuery } from './installation';

/** Jobs on a clock: when each runs next, and how it ended last. */
export function StandingJobs({ query }: { query: InstallationQuery }) {
  const { t, i18n } = useTranslation();
  const note = (job: string) => (i18n.exists(`system.jobNotes.${job}`) ? t(`system.jobNotes.${job as 'CleanEffects'}`) : undefined);
  return (
    <Panel title={t('system.standing')} flush>
      <Loaded query={query}>
        {({ jobs }) =>
          jobs.length === 0 ? (
            <Empty title={t('system.standingNone')}>{t('system.standingNoneNote')}</Empty>
          ) : (
            <Table
              label={t('system.standing')}
              rows={jobs}
              keyOf={j => j.name}
              columns={[
                {
                  title: t('system.job'),
                  cell: j => (
                    <>
                      <span className="font-medium">{note(j.name) ?? j.name}</span>
                      {note(j.name) && <code className="block font-mono text-[0.86rem] text-soft">{j.name}</code>}
                    </>
                  ),
                },
                { title: t('common.status'), wide: true, cell: j => <Status of={j.state} tone={j.state === 'waiting' ? 'none' : undefined} /> },
                { title: t('system.every'), right: true, wide: true, cell: j => (j.everySeconds === undefined ? '–' : <span className="whitespace-nowrap">{span(j.everySeconds * 1_000)}</span>) },
                { title: t('system.nextAt'), cell: j => <Ago at={j.nextAt} /> },
                {
                  title: t('system.lastRun'),
                  cell: j =>
                    j.lastRun ? (
                      <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                        <Status of={j.lastRun.outcome} />
                        <span className="text-soft">
                          <Ago at={j.lastRun.endedAt} /> {t('system.took', { time: span(j.lastRun.seconds * 1_000) })}
                        </span>
                        {j.lastRun.fault && <code className="font-mono text-[0.9rem] text-bad">{j.lastRun.fault}</code>}
                      </span>
                    ) : (
                      <span className="text-soft">{t('system.never')}</span>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
