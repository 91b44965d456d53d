import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/Panel';
import { Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { clock, count } from '../ui/format';
import { byDomain, type HeldSlot } from './grouping';
import type { InstallationQuery } from './installation';

/** Who holds the slots of each domain. */
export function Slots({ query }: { query: InstallationQuery }) {
  const { t, i18n } = useTranslation();
  const words = (domain: string) => (i18n.exists(`system.domains.${domain}`) ? t(`system.domains.${domain as 'runs'}`) : domain);
  return (
    <Panel title={t('system.slots')} flush>
      <Loaded query={query}>
        {({ slots }) => (
          <>
            <Table
              label={t('system.slots')}
              rows={byDomain(slots)}
              keyOf={d => d.domain}
              columns={[
                { title: t('system.domain'), cell: d => <span className="font-medium">{words(d.domain)}</span> },
                { title: t('system.held'), right: true, cell: d => <span className={`whitespace-nowrap ${d.held < d.total ? 'font-medium text-bad' : ''}`}>{count(d.held)} / {count(d.total)}</span> },
                {
                  title: t('system.heldBy'),
                  cell: d =>
                    d.holders.length === 0 ? (
                      <span className="text-bad">{t('system.nobody')}</span>
                    ) : (
                      <ul className="flex flex-wrap gap-x-4 gap-y-0.5">
                        {d.holders.map(h => (
                          <li key={h.name ?? ''}>
                            <span className="font-mono text-[0.93rem] whitespace-nowrap">{h.name ?? t('status.unknown')}</span> <span className="whitespace-nowrap text-soft">× {count(h.slots)}</span>
                          </li>
                        ))}
                      </ul>
                    ),
                },
              ]}
            />
            <details className="border-t border-line">
              <summary className="px-4 py-3 text-soft">{t('system.eachSlot')}</summary>
              <p className="px-4 pb-2 text-soft">{t('system.slotsNote')}</p>
              <EachSlot slots={slots} />
            </details>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function EachSlot({ slots }: { slots: readonly HeldSlot[] }) {
  const { t } = useTranslation();
  return (
    <Table
      label={t('system.eachSlot')}
      rows={slots}
      keyOf={s => String(s.slot)}
      columns={[
        { title: t('system.slot'), cell: s => <code className="font-mono text-[0.9rem] whitespace-nowrap">{s.queue}</code> },
        { title: t('system.heldBy'), cell: s => (s.state === 'free' ? <Status of="free" /> : <span className="font-mono text-[0.93rem] whitespace-nowrap">{s.process ?? t('status.unknown')}</span>) },
        { title: t('system.epoch'), right: true, cell: s => count(s.epoch) },
        { title: t('system.lease'), right: true, wide: true, cell: s => (s.leaseUntil ? clock(s.leaseUntil) : '–') },
      ]}
    />
  );
}
