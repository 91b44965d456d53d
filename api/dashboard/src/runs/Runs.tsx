import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowUp, Download } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download } from '../client/api';
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
import { asQuery } from './search';
import { useRuns, type RunRow } from './useRuns';

export function Runs() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/runs' });
  const navigate = useNavigate({ from: '/runs' });
  const { runs, news, showNewest, onSight } = useRuns(search);
  const scroller = useRef<HTMLDivElement>(null);
  const maySignal = useMay('runs.signal');
  const [selected, setSelected] = useState<ReadonlyMap<string, RunRow>>(new Map());
  const [bulk, setBulk] = useState<'selected' | 'all' | null>(null);
  const rows = useMemo(() => runs.data?.pages.flatMap(p => p.items) ?? [], [runs.data]);
  // As the list shows them now, however long ago they were selected.
  const now = useMemo(() => new Map(rows.map(row => [row.runId, row])), [rows]);
  const filtered = Object.keys(search).some(key => key !== 'sort');
  const exporting = () => void download(`/v1/runs/export?${new URLSearchParams({ format: 'csv', ...asQuery(search) })}`, 'runs.csv').catch(tellFault);
  const filters = JSON.stringify(search);
  // Another list begins at its top.
  useEffect(() => void scroller.current?.scrollTo({ top: 0 }), [filters]);

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
        <div className="relative flex min-h-80 flex-1 flex-col">
          {news > 0 && (
            <div className="pointer-events-none absolute inset-x-0 top-11 z-20 flex justify-center" role="status">
              <Button
                small
                className="pointer-events-auto shadow-lg"
                onClick={() => {
                  scroller.current?.scrollTo({ top: 0 });
                  showNewest();
                }}
              >
                <ArrowUp aria-hidden className="size-4" />
                {t('runs.news', { count: news })}
              </Button>
            </div>
          )}
          <RunsTable
            scroller={scroller}
            rows={rows}
            selected={selected}
            onSelect={setSelected}
            onSight={onSight}
            hasMore={runs.hasNextPage}
            isLoading={runs.isFetchingNextPage}
            fault={runs.isFetchNextPageError ? runs.error : null}
            onMore={() => void runs.fetchNextPage()}
          />
        </div>
      )}
      {bulk && <BulkDialog search={search} selected={bulk === 'selected' ? [...selected.values()].map(row => now.get(row.runId) ?? row) : null} onClose={() => setBulk(null)} />}
    </div>
  );
}
