import { Link } from '@tanstack/react-router';
import { ArrowDown } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Panel } from '../ui/Panel';
import { Status } from '../ui/Status';
import { useNow } from '../ui/Time';
import { moment } from '../ui/format';

/** After the guest's last message WhatsApp delivers free text for so long. */
const freeTextMs = 24 * 3_600_000;

/** So near to its end a conversation follows what is said. */
const nearEndPx = 60;

/** What was said, by whom; whoever has taken over answers. */
export function Conversation({ conversation: c, onBack }: { conversation: Schemas['Conversation']; onBack: () => void }) {
  const { t } = useTranslation();
  const may = useMay('conversations.answer');
  const [text, setText] = useState('');
  const path = { params: { path: { conversationId: c.conversationId } } };
  const changes = ['conversations'];
  const takeOver = useAct({ act: () => ask(api.POST('/v1/conversations/{conversationId}/takeover', { ...path, body: {} })), changes, done: () => t('inbox.taken') });
  const handBack = useAct({ act: () => ask(api.POST('/v1/conversations/{conversationId}/handback', { ...path, body: {} })), changes, done: () => t('inbox.handed') });
  const answer = useAct({ act: () => ask(api.POST('/v1/conversations/{conversationId}/messages', { ...path, body: { text } })), changes, after: () => {
    setText('');
    atEnd.current = true;
  } });
  const list = useRef<HTMLDivElement>(null);
  const last = c.messages.at(-1)?.messageId;
  const atEnd = useRef(true);
  const [hasNews, setNews] = useState(false);
  const toEnd = () => {
    setNews(false);
    atEnd.current = true;
    // Newer browsers answer a promise here, which an effect must not return.
    void list.current?.scrollTo({ top: list.current.scrollHeight });
  };
  useEffect(() => {
    // Who reads further up is told instead of carried away.
    if (atEnd.current) toEnd();
    else setNews(true);
  }, [last]);
  const now = useNow(60_000);
  const isLate = c.heardAt != null && now - new Date(c.heardAt).getTime() > freeTextMs;
  const send = () => {
    if (text.trim() && !answer.isPending) answer.mutate(undefined);
  };
  return (
    <Panel
      flush
      title={
        <span className="flex flex-wrap items-center gap-2">
          <Button look="quiet" small className="lg:hidden" onClick={onBack}>
            {t('common.back')}
          </Button>
          {c.name ?? c.userId}
          <Status of={c.withPerson ? 'with_person' : 'with_dvt'} />
          {c.bookingCode && (
            <Link to="/bookings/$code" params={{ code: c.bookingCode }} className="font-mono text-[0.93rem] font-normal underline">
              {c.bookingCode}
            </Link>
          )}
        </span>
      }
      actions={
        may &&
        (c.withPerson ? (
          <Button small busy={handBack.isPending} onClick={() => handBack.mutate(undefined)}>
            {t('inbox.handBack')}
          </Button>
        ) : (
          <Button small look="primary" busy={takeOver.isPending} onClick={() => takeOver.mutate(undefined)}>
            {t('inbox.takeOver')}
          </Button>
        ))
      }
    >
      <div
        ref={list}
        tabIndex={0}
        role="log"
        aria-label={t('inbox.messages')}
        className="max-h-[60dvh] min-h-60 overflow-y-auto p-4"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < nearEndPx;
          if (atEnd.current) setNews(false);
        }}
      >
        <ol className="flex flex-col gap-2">
          {c.messages.map(m => (
            <li
              key={m.messageId}
              lang={c.language}
              className={`max-w-[80%] rounded-lg border px-3 py-2 whitespace-pre-wrap ${m.direction === 'out' ? 'self-end border-transparent bg-accent-soft' : 'self-start border-line bg-bg'}`}
            >
              <span className="sr-only">{m.direction === 'out' ? t('inbox.us') : t('inbox.guest')}: </span>
              {m.text ?? (m.kind === 'audio' ? t('inbox.audio') : m.kind === 'image' ? t('inbox.image') : t('inbox.other'))}
              <span className="mt-0.5 block text-[0.82rem] text-soft">
                {moment(m.at)}
                {m.direction === 'out' && m.status && (m.status === 'failed' ? <span className="text-bad"> · {t('inbox.failed', { code: m.code ?? '?' })}</span> : ` · ${t(`status.${m.status}`)}`)}
              </span>
            </li>
          ))}
        </ol>
      </div>
      {hasNews && (
        <div className="relative z-10 flex h-0 justify-center">
          <Button small className="absolute bottom-2 shadow-lg" onClick={toEnd}>
            <ArrowDown aria-hidden className="size-4" />
            {t('inbox.newBelow')}
          </Button>
        </div>
      )}
      {may && (
        <>
          {c.withPerson && isLate && <p className="border-t border-line bg-warn-soft px-4 py-2 text-warn">{t('inbox.late')}</p>}
          <form
            className="flex gap-2 border-t border-line p-3"
            onSubmit={event => {
              event.preventDefault();
              send();
            }}
          >
            <textarea
              className="field"
              rows={2}
              aria-label={t('inbox.write')}
              placeholder={c.withPerson ? t('inbox.placeholder') : t('inbox.takeFirst')}
              disabled={!c.withPerson}
              maxLength={4000}
              value={text}
              onChange={e => setText(e.target.value)}
              onKeyDown={e => {
                if (e.key !== 'Enter' || e.shiftKey || e.nativeEvent.isComposing) return;
                e.preventDefault();
                send();
              }}
            />
            <Button type="submit" look="primary" busy={answer.isPending} disabled={!c.withPerson || !text.trim()}>
              {t('common.send')}
            </Button>
          </form>
        </>
      )}
    </Panel>
  );
}
