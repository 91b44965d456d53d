import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, download, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import { Button, buttonClass } from '../ui/Button';
import { Heading } from '../ui/Panel';
import { Empty, ProblemNote, Skeleton } from '../ui/States';
import { tellFault } from '../ui/Toasts';
import { count } from '../ui/format';
import { BulkDialog } from './BulkDialog';
import { Filters } from './Filters';
import { RunsTable } from './RunsTable';
import { SavedViews } from './SavedViews';
import { asQuery, type RunsSearch } from './search';

export type RunRow = Schemas['RunList']['items'][number];

const pageSize = 100;

export function useRuns(search: RunsSearch) {
  const query = asQuery(search);
  return useInfiniteQuery({
    queryKey: ['runs', 'list', query],
    queryFn: ({ pageParam, signal }) => ask(api.GET('/v1/runs', { params: { query: { ...query, limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) } as never }, signal })),
    initialPageParam: '',
    getNextPageParam: page => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    // Live events ask again for what is shown; far down the list only what came new at the top would.
    maxPages: 0,
  });
}

export function Runs() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/runs' });
  const navigate = useNavigate({ from: '/runs' });
  const runs = useRuns(search);
  const maySignal = useMay('runs.signal');
  const [selected, setSelected] = useState<ReadonlyMap<string, RunRow>>(new Map());
  const [bulk, setBulk] = useState<'selected' | 'all' | null>(null);
  const rows = useMemo(() => runs.data?.pages.flatMap(p => p.items) ?? [], [runs.data]);
  // As the list shows them now, however long ago they were selected.
  const now = useMemo(() => new Map(rows.map(row => [row.runId, row])), [rows]);
  const filtered = Object.keys(search).some(key => key !== 'sort');
  const exporting = () => void download(`/v1/runs/export?${new URLSearchParams({ format: 'csv', ...asQuery(search) })}`, 'runs.csv').catch(tellFault);

  return (
    <div className="flex h-[calc(100dvh-5.2rem)] flex-col md:h-[calc(100dvh-2.5rem)]">
      <Heading
        title={t('runs.title')}
        note={
          <span role="status">
            {runs.data && t('runs.loaded', { count: rows.length })}
            {runs.hasNextPage && `, ${t('runs.andMore')}`}
          </span>
        }
        actions={
          <>
            <Button onClick={exporting}>
              <Download aria-hidden className="size-4" />
              {t('runs.export')}
            </Button>
            {maySignal && <Button onClick={() => setBulk('all')}>{t('runs.signalAll')}</Button>}
            <Link to="/plans" className={buttonClass('primary')}>
              {t('runs.startPlan')}
            </Link>
          </>
        }
      />
      <Filters search={search} onChange={next => void navigate({ search: next, replace: true })} />
      <SavedViews search={search} onChoose={next => void navigate({ search: next })} />
      {selected.size > 0 && (
        <div className="mb-2 flex flex-wrap items-center gap-2 rounded-md border border-line bg-accent-soft px-3 py-1.5" role="status">
          <span className="font-medium">{t('runs.selected', { count: selected.size, formatted: count(selected.size) })}</span>
          {maySignal && (
            <Button small look="primary" onClick={() => setBulk('selected')}>
              {t('runs.signalSelected')}
            </Button>
          )}
          <Button small look="quiet" onClick={() => setSelected(new Map())}>
            {t('runs.clearSelection')}
          </Button>
        </div>
      )}
      {runs.error && !runs.data ? (
        <ProblemNote fault={runs.error} retry={() => void runs.refetch()} />
      ) : !runs.data ? (
        <Skeleton rows={12} className="h-7" />
      ) : rows.length === 0 ? (
        <Empty title={filtered ? t('runs.none') : t('runs.noneAtAll')}>
          <p className="mb-3">{filtered && t('runs.noneNote')}</p>
          <Link to="/plans" className={buttonClass('primary')}>
            {t('runs.startPlan')}
          </Link>
        </Empty>
      ) : (
        <RunsTable rows={rows} selected={selected} onSelect={setSelected} hasMore={runs.hasNextPage} isLoading={runs.isFetchingNextPage} onMore={() => void runs.fetchNextPage()} />
      )}
      {bulk && <BulkDialog search={search} selected={bulk === 'selected' ? [...selected.values()].map(row => now.get(row.runId) ?? row) : null} onClose={() => setBulk(null)} />}
    </div>
  );
}
