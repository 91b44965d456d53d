import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Pages, usePages } from '../ui/Pages';
import { Empty } from '../ui/States';
import { Table } from '../ui/Table';
import { Ago } from '../ui/Time';
import { NewKey } from './NewKey';
import { Secret } from './Secret';

export function Keys() {
  const { t } = useTranslation();
  const may = useMay('keys.manage');
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const keys = usePages(['keys'], page => ask(api.GET('/v1/api-keys', { params: { query: page } })));
  const users = usePages(['users'], page => ask(api.GET('/v1/users', { params: { query: { ...page, limit: 100 } } })));
  const emailOf = new Map(users.data?.pages.flatMap(p => p.items).map(u => [u.userId, u.email]));
  const revoke = useAct({ act: (apiKeyId: string) => ask(api.DELETE('/v1/api-keys/{apiKeyId}', { params: { path: { apiKeyId } } })), changes: ['keys'], done: () => t('settings.keyRevoked') });
  return (
    <>
      {may && (
        <div className="p-3">
          <Button look="primary" onClick={() => setMaking(true)}>
            {t('settings.newKey')}
          </Button>
        </div>
      )}
      <Pages pages={keys} empty={<Empty title={t('settings.keysNone')} />}>
        {items => (
          <Table
            label={t('settings.tabs.keys')}
            rows={items}
            keyOf={k => k.apiKeyId}
            columns={[
              { title: t('common.name'), cell: k => <span className="font-medium">{k.name}</span> },
              { title: t('settings.user'), cell: k => emailOf.get(k.userId) ?? k.userId.slice(0, 8) },
              { title: t('settings.prefix'), wide: true, cell: k => <code className="font-mono text-[0.93rem]">{k.prefix}…</code> },
              { title: t('settings.roles'), wide: true, cell: k => k.roles.join(', ') },
              { title: t('settings.expires'), wide: true, cell: k => (k.expiresAt ? <Ago at={k.expiresAt} /> : t('settings.never')) },
              {
                title: t('common.actions'), right: true,
                cell: k => (k.revokedAt ? <span className="text-soft">{t('settings.revoked')} <Ago at={k.revokedAt} /></span> : may && <Confirm label={t('settings.revoke')} question={t('settings.revokeAsk', { name: k.name })} act={() => revoke.mutate(k.apiKeyId)} />),
              },
            ]}
          />
        )}
      </Pages>
      {making && (
        <NewKey
          users={[...emailOf]}
          onClose={() => setMaking(false)}
          onMade={made => {
            setMaking(false);
            setSecret(made);
          }}
        />
      )}
      {secret && <Secret secret={secret} onClose={() => setSecret(null)} />}
    </>
  );
}
