import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Pages, usePages } from '../ui/Pages';
import { Heading, Panel } from '../ui/Panel';
import { Empty } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { Ago } from '../ui/Time';
import { tellDone, tellFault } from '../ui/Toasts';
import { DiscardDialog } from './DiscardDialog';
import { each, type Outcome } from './each';
import { Groups } from './Groups';
import { LetterDialog } from './LetterDialog';

export type Letter = Schemas['DeadLetter'];

const statuses = ['open', 'waiting', 'replayed', 'discarded'] as const;

export function DeadLetters() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/dead-letters' });
  const navigate = useNavigate({ from: '/dead-letters' });
  const may = useMay('dead-letters.manage');
  const status = statuses.find(s => s === search.status) ?? 'open';
  const letters = usePages(
    ['deadLetters', 'list', status, search.cause],
    page => ask(api.GET('/v1/dead-letters', { params: { query: { ...page, status, ...(search.cause ? { errorGroup: search.cause } : {}) } } })),
    { refetchInterval: 15_000 },
  );
  const list = `${status} ${search.cause ?? ''}`;
  const [marked, setMarked] = useState<{ list: string; ids: ReadonlySet<string> }>({ list, ids: new Set() });
  const shown = letters.data?.pages.flatMap(p => p.items) ?? [];
  // Only letters of this list that are on the screen: nobody discards what they do not see.
  const selected = new Set(marked.list === list ? shown.filter(l => marked.ids.has(l.id)).map(l => l.id) : []);
  const setSelected = (ids: ReadonlySet<string>) => setMarked({ list, ids });
  const [discarding, setDiscarding] = useState<string[] | null>(null);
  const replay = useAct({
    act: (ids: string[]) => each(ids, deadLetterId => ask(api.POST('/v1/dead-letters/{deadLetterId}/replay', { params: { path: { deadLetterId } }, body: {} }))),
    changes: ['deadLetters'],
    after: outcome => told(outcome, t('deadLetters.replayedMany', { count: outcome.done.length })),
  });
  // Those that were refused stay selected.
  const told = ({ done, refused, fault }: Outcome, words: string) => {
    setSelected(new Set(refused));
    if (done.length > 0) tellDone(refused.length > 0 ? `${words} ${t('deadLetters.refusedMany', { count: refused.length })}` : words);
    if (fault) tellFault(fault);
  };
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  return (
    <>
      <Heading title={t('deadLetters.title')} note={t('deadLetters.note')} />
      <Groups chosen={search.cause} onChoose={cause => void navigate({ search: cause ? { cause } : {} })} />
      <Panel
        flush
        title={
          <select className="field w-auto" aria-label={t('common.status')} value={status} onChange={e => void navigate({ search: s => ({ ...s, status: e.target.value }), replace: true })}>
            {statuses.map(s => (
              <option key={s} value={s}>
                {t(`status.${s}`)}
              </option>
            ))}
          </select>
        }
        actions={
          <>
            {may && status === 'open' && shown.length > 0 && (
              <label className="flex items-center gap-2">
                <input type="checkbox" className="size-4 accent-accent" checked={selected.size === shown.length} onChange={e => setSelected(new Set(e.target.checked ? shown.map(l => l.id) : []))} />
                {t('deadLetters.selectAll', { count: shown.length })}
              </label>
            )}
            {selected.size > 0 && (
              <>
                <span role="status">{t('deadLetters.selected', { count: selected.size })}</span>
                <Button small look="primary" busy={replay.isPending} onClick={() => replay.mutate([...selected])}>
                  {t('deadLetters.replaySelected')}
                </Button>
                <Button small look="danger" onClick={() => setDiscarding([...selected])}>
                  {t('deadLetters.discardSelected')}
                </Button>
              </>
            )}
          </>
        }
      >
        <Pages pages={letters} empty={<Empty title={t('deadLetters.none')}>{status === 'open' && t('deadLetters.noneNote')}</Empty>}>
          {items => (
            <Table
              label={t('deadLetters.title')}
              rows={items}
              keyOf={l => l.id}
              columns={[
                ...(may && status === 'open' ? [{ title: '✓', cell: (l: Letter) => <input type="checkbox" className="size-4 accent-accent" checked={selected.has(l.id)} onChange={() => toggle(l.id)} aria-label={t('deadLetters.selectOne', { type: l.type })} /> }] : []),
                {
                  title: t('deadLetters.type'),
                  cell: l => (
                    <button type="button" className="text-left font-medium hover:underline" onClick={() => void navigate({ search: s => ({ ...s, id: l.id }) })}>
                      {l.type}
                    </button>
                  ),
                },
                { title: t('deadLetters.cause'), cell: l => <span className="block max-w-md truncate text-bad" title={l.errorDetail}>{l.errorCode ?? l.errorDetail}</span> },
                { title: t('deadLetters.key'), wide: true, cell: l => <span className="block max-w-48 truncate font-mono text-[0.93rem]" title={l.key}>{l.key}</span> },
                { title: t('deadLetters.tries'), wide: true, right: true, cell: l => l.tries },
                { title: t('common.status'), wide: true, cell: l => <Status of={l.status} /> },
                { title: t('deadLetters.since'), cell: l => <Ago at={l.createdAt} /> },
              ]}
            />
          )}
        </Pages>
      </Panel>
      {search.id && <LetterDialog id={search.id} onDiscard={id => setDiscarding([id])} onClose={() => void navigate({ search: ({ id: _, ...rest }) => rest, replace: true })} />}
      {discarding && (
        <DiscardDialog
          ids={discarding}
          onClose={() => setDiscarding(null)}
          onDone={outcome => {
            setDiscarding(null);
            told(outcome, t('deadLetters.discardedMany', { count: outcome.done.length }));
            void navigate({ search: ({ id: _, ...rest }) => rest, replace: true });
          }}
        />
      )}
    </>
  );
}
