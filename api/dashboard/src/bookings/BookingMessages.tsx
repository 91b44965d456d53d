import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { Dialog } from '../ui/Dialog';
import { Pages, usePages } from '../ui/Pages';
import { Panel } from '../ui/Panel';
import { Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { moment } from '../ui/format';

type Message = Schemas['MessageItem'];

/** How often it is looked whether something was sent. */
const everyMs = 15_000;

/** What the guest of a booking was told, on which channel, and whether it came. */
export function BookingMessages({ code }: { code: string }) {
  const { t } = useTranslation();
  const [read, setRead] = useState<Message | null>(null);
  const name = (m: Message) => (m.template ? t(`bookings.messageNames.${m.template}`) : m.fact);
  const messages = usePages(['bookings', 'messages', code], page => ask(api.GET('/v1/messages', { params: { query: { ...page, booking: code } } })), { refetchInterval: everyMs });
  return (
    <Panel title={t('bookings.messages')} flush className="mt-4">
      <Pages pages={messages} empty={<p className="p-4 text-soft">{t('bookings.noMessages')}</p>}>
        {items => (
          <ul aria-label={t('bookings.messages')} className="divide-y divide-line">
            {items.map(m => (
              <li key={m.messageId} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2">
                <span className="text-soft">{moment(m.finishedAt ?? m.dueAt)}</span>
                <button type="button" className="font-medium underline" onClick={() => setRead(m)}>
                  {name(m)}
                </button>
                <span className="text-soft">
                  {m.channel} {m.recipient}
                </span>
                <Status of={m.status} />
                {m.code && <span className="font-mono text-[0.93rem] text-soft">{m.code}</span>}
              </li>
            ))}
          </ul>
        )}
      </Pages>
      {read && <Content title={name(read)} messageId={read.messageId} onClose={() => setRead(null)} />}
    </Panel>
  );
}

/** What it said, for those who may read guests. */
function Content({ title, messageId, onClose }: { title: string; messageId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const message = useQuery({ queryKey: ['bookings', 'message', messageId], queryFn: () => ask(api.GET('/v1/messages/{messageId}', { params: { path: { messageId } } })) });
  return (
    <Dialog title={title} onClose={onClose}>
      <Loaded query={message}>
        {m => (
          <div className="flex flex-col gap-2">
            <p className="text-soft">{t('bookings.messageOf', { to: m.to ?? m.recipient ?? '–' })}</p>
            {m.detail && <p className="text-bad">{m.detail}</p>}
            {m.subject && <p className="font-medium">{m.subject}</p>}
            {m.text && <p lang={m.language} className="whitespace-pre-wrap break-words">{m.text}</p>}
            {m.erased && <p>{t('bookings.messageErased')}</p>}
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}
