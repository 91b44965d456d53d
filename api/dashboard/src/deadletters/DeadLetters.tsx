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
import { DiscardDialog } from './DiscardDialog';
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
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [discarding, setDiscarding] = useState<string[] | null>(null);
  const replay = useAct({
    act: async (ids: string[]) => {
      for (const deadLetterId of ids) await ask(api.POST('/v1/dead-letters/{deadLetterId}/replay', { params: { path: { deadLetterId } }, body: {} }));
      return ids.length;
    },
    changes: ['deadLetters'],
    done: count => t('deadLetters.replayedMany', { count }),
    after: () => setSelected(new Set()),
  });
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
          selected.size > 0 && (
            <>
              <span role="status">{t('deadLetters.selected', { count: selected.size })}</span>
              <Button small look="primary" busy={replay.isPending} onClick={() => replay.mutate([...selected])}>
                {t('deadLetters.replaySelected')}
              </Button>
              <Button small look="danger" onClick={() => setDiscarding([...selected])}>
                {t('deadLetters.discardSelected')}
              </Button>
            </>
          )
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
          onDone={() => {
            setDiscarding(null);
            setSelected(new Set());
            void navigate({ search: ({ id: _, ...rest }) => rest, replace: true });
          }}
        />
      )}
    </>
  );
}
