import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { Button } from '../ui/Button';
import { Pages, usePages } from '../ui/Pages';
import { Heading, Panel } from '../ui/Panel';
import { Empty, Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Ago } from '../ui/Time';
import { Conversation } from './Conversation';
import { Telephones } from './Telephones';

/** How often it is looked whether somebody wrote. */
const everyMs = 4_000;

/** Who writes, whether Dvt or a person answers, and the conversation that is chosen. */
export function Inbox() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/inbox' });
  const navigate = useNavigate({ from: '/inbox' });
  const mayRegister = useMay('channels.manage');
  const [registering, setRegistering] = useState(false);
  const withPerson = search.withPerson === 'true';
  const conversations = usePages(['conversations', 'list', withPerson], page => ask(api.GET('/v1/conversations', { params: { query: { ...page, ...(withPerson ? { withPerson: true } : {}) } } })), { refetchInterval: everyMs });
  const chosen = useQuery({
    queryKey: ['conversations', search.id],
    queryFn: () => ask(api.GET('/v1/conversations/{conversationId}', { params: { path: { conversationId: search.id! } } })),
    enabled: search.id !== undefined,
    refetchInterval: everyMs,
  });
  return (
    <>
      <Heading title={t('inbox.title')} actions={mayRegister && <Button onClick={() => setRegistering(true)}>{t('inbox.telephones')}</Button>} />
      {registering && <Telephones onClose={() => setRegistering(false)} />}
      <div className="grid gap-4 lg:grid-cols-[22rem_minmax(0,1fr)]">
        <Panel
          flush
          className={search.id ? 'max-lg:hidden' : ''}
          title={
            <label className="flex items-center gap-2 font-normal">
              <input type="checkbox" className="size-4 accent-accent" checked={withPerson} onChange={e => void navigate({ search: s => ({ ...s, withPerson: String(e.target.checked) }), replace: true })} />
              {t('inbox.waiting')}
            </label>
          }
        >
          <Pages pages={conversations} empty={withPerson ? <Empty title={t('inbox.noneWaiting')}>{t('inbox.noneWaitingNote')}</Empty> : <Empty title={t('inbox.none')}>{t('inbox.noneNote')}</Empty>}>
            {items => (
              <ul aria-label={t('inbox.list')} className="divide-y divide-line">
                {items.map(c => (
                  <li key={c.conversationId}>
                    <button
                      type="button"
                      aria-current={c.conversationId === search.id}
                      className={`flex w-full flex-col gap-0.5 px-4 py-2.5 text-left -outline-offset-2 hover:bg-raised ${c.conversationId === search.id ? 'bg-accent-soft' : ''}`}
                      onClick={() => void navigate({ search: s => ({ ...s, id: c.conversationId }) })}
                    >
                      <span className="flex items-center justify-between gap-2">
                        <span className="truncate font-medium">{c.name ?? c.userId}</span>
                        <span className="text-[0.9rem] text-soft">
                          <Ago at={c.lastAt} />
                        </span>
                      </span>
                      <span className="truncate text-soft">{c.lastText}</span>
                      {c.withPerson && <span><Status of="with_person" /></span>}
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </Pages>
        </Panel>
        {search.id ? (
          <Loaded query={chosen}>{data => <Conversation key={data.conversationId} conversation={data} onBack={() => void navigate({ search: ({ id: _, ...rest }) => rest })} />}</Loaded>
        ) : (
          <div className="max-lg:hidden">
            <Panel>
              <Empty title={t('inbox.choose')} />
            </Panel>
          </div>
        )}
      </div>
    </>
  );
}
