import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/Panel';
import { Loaded } from '../ui/States';
import { Table } from '../ui/Table';
import { count } from '../ui/format';
import { samplesOf } from './prometheus';

const shownAtMost = 200;

export function Metrics() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState('dvt_');
  const metrics = useQuery({ queryKey: ['metrics'], queryFn: async () => samplesOf(await (await fetch('/metrics')).text()), refetchInterval: 10_000 });
  return (
    <Panel title={t('system.metrics')} flush>
      <details>
        <summary className="px-4 py-3 text-soft">{t('system.metricsNote')}</summary>
        <div className="px-4 pb-3">
          <input type="search" className="field" aria-label={t('system.filter')} placeholder={t('system.filter')} value={filter} onChange={e => setFilter(e.target.value)} />
        </div>
        <Loaded query={metrics}>
          {samples => {
            const found = samples.filter(s => `${s.name}{${s.labels}}`.includes(filter));
            return (
              <>
                {found.length > shownAtMost && <p className="px-4 pb-2 text-soft">{t('system.metricsMore', { shown: count(shownAtMost), all: count(found.length) })}</p>}
                <Table
                  label={t('system.metrics')}
                  rows={found.slice(0, shownAtMost)}
                  keyOf={s => `${s.name}{${s.labels}}`}
                  columns={[
                    { title: t('system.measure'), cell: s => <code className="font-mono text-[0.9rem]">{s.name}</code> },
                    { title: t('system.labels'), wide: true, cell: s => <code className="font-mono text-[0.9rem] text-soft">{s.labels}</code> },
                    { title: t('system.value'), right: true, cell: s => count(s.value) },
                  ]}
                />
              </>
            );
          }}
        </Loaded>
      </details>
    </Panel>
  );
}
