import { keepPreviousData } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { Pages, usePages } from '../ui/Pages';
import { Resting } from '../ui/Resting';
import { Empty } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { moment } from '../ui/format';
import { AuditProof } from './AuditProof';

/** Every command and every refusal, newest first. */
export function Audit() {
  const { t } = useTranslation();
  const { action, actor } = useSearch({ from: '/settings' });
  const navigate = useNavigate({ from: '/settings' });
  const entries = usePages(['audit', action, actor], page => ask(api.GET('/v1/audit', { params: { query: { ...page, ...(action ? { action } : {}), ...(actor ? { actor } : {}) } } })), { placeholderData: keepPreviousData });
  const set = (part: { action?: string; actor?: string }) => void navigate({ search: s => Object.fromEntries(Object.entries({ ...s, ...part }).filter(([, v]) => v)), replace: true });
  return (
    <>
      <AuditProof action={action} actor={actor} />
      <search className="flex flex-wrap gap-2 p-3">
        <Resting className="min-w-40 flex-1" label={t('settings.anyAction')} value={action ?? ''} onRest={next => set({ action: next })} />
        <Resting className="min-w-40 flex-1" label={t('settings.anyActor')} value={actor ?? ''} onRest={next => set({ actor: next })} />
      </search>
      <Pages pages={entries} empty={<Empty title={t('settings.auditNone')} />}>
        {items => (
          <Table
            label={t('settings.tabs.audit')}
            rows={items}
            keyOf={e => e.id}
            columns={[
              { title: t('settings.when'), cell: e => <span className="text-soft md:whitespace-nowrap">{moment(e.at)}</span> },
              { title: t('settings.action'), cell: e => (
                <>
                  <span className="font-medium break-all">{e.action}</span>
                  {e.resource && <span className="block font-mono text-[0.9rem] break-all md:hidden">{e.resource.type} {e.resource.id}</span>}
                  <span className="block text-soft break-all md:hidden">{e.actor}</span>
                </>
              ) },
              { title: t('common.status'), cell: e => <span title={e.detail}><Status of={e.status} sub={e.code} /></span> },
              { title: t('settings.what'), wide: true, cell: e => e.resource && <span className="block max-w-56 truncate font-mono text-[0.9rem]" title={e.resource.id}>{e.resource.type} {e.resource.id}</span> },
              { title: t('settings.actor'), wide: true, cell: e => <span className="block max-w-48 truncate text-soft" title={e.actor}>{e.actor}</span> },
            ]}
          />
        )}
      </Pages>
    </>
  );
}
