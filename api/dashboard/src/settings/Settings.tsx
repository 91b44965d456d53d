import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../client/me';
import { Heading, Panel } from '../ui/Panel';
import { Loaded } from '../ui/States';
import { Tabs } from '../ui/Tabs';
import { Audit } from './Audit';
import { Keys } from './Keys';
import { Users } from './Users';
import { Webhooks } from './Webhooks';

const permissionOf = { me: null, users: 'users.read', keys: 'keys.read', webhooks: 'webhooks.read', audit: 'audit.read' } as const;
type TabName = keyof typeof permissionOf;

export function Settings() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/settings' });
  const navigate = useNavigate({ from: '/settings' });
  const me = useMe();
  const tabs = (Object.keys(permissionOf) as TabName[]).filter(id => permissionOf[id] === null || me.data?.permissions.includes(permissionOf[id]));
  const tab = tabs.find(x => x === search.tab) ?? 'me';
  return (
    <>
      <Heading title={t('settings.title')} />
      <Panel flush>
        <Tabs label={t('settings.tabsLabel')} tabs={tabs.map(id => ({ id, label: t(`settings.tabs.${id}`) }))} chosen={tab} onChoose={next => void navigate({ search: { tab: next }, replace: true })} />
        <div role="tabpanel" aria-labelledby={`tab-${tab}`}>
          {tab === 'me' && <You />}
          {tab === 'users' && <Users />}
          {tab === 'keys' && <Keys />}
          {tab === 'webhooks' && <Webhooks />}
          {tab === 'audit' && <Audit />}
        </div>
      </Panel>
    </>
  );
}

function You() {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <div className="p-4">
      <Loaded query={me}>
        {data => (
          <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-[10rem_1fr]">
            <dt className="text-soft">{t('common.name')}</dt>
            <dd>{data.name}</dd>
            <dt className="text-soft">{t('settings.email')}</dt>
            <dd>{data.email}</dd>
            <dt className="text-soft">{t('settings.tenant')}</dt>
            <dd>{data.tenant}</dd>
            <dt className="text-soft">{t('settings.roles')}</dt>
            <dd>{data.roles.join(', ')}</dd>
            <dt className="text-soft">{t('settings.permissions')}</dt>
            <dd className="flex flex-wrap gap-1.5">
              {data.permissions.map(p => (
                <code key={p} className="rounded bg-raised px-1.5 py-0.5 font-mono text-[0.9rem]">
                  {p}
                </code>
              ))}
            </dd>
          </dl>
        )}
      </Loaded>
    </div>
  );
}
