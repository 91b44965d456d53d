import { keepPreviousData, useInfiniteQuery, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, ask, type Schemas } from '../client/api';
import { useTenantChanges } from '../client/tenantStream';
import { firstOf, newIn, pageAt, renewed } from './pages';
import { asQuery, type RunsSearch } from './search';

export type RunRow = Schemas['RunList']['items'][number];

/** What of the list is before somebody's eyes. */
export interface Sight {
  atTop: boolean;
  /** Number of the first row. */
  first: number;
}

type Loaded = InfiniteData<Schemas['RunList'], string>;

const pageSize = 100;

/** Not under `runs`: whatever makes those old would ask for every page of this one, one after another. */
const listKey = 'runsList';

/** The row of a run in a list that is still at hand. */
export const listedRow = (queries: QueryClient, runId: string): RunRow | undefined =>
  queries
    .getQueriesData<Loaded>({ queryKey: [listKey] })
    .flatMap(([, list]) => list?.pages ?? [])
    .flatMap(page => page.items)
    .find(row => row.runId === runId);

/**
 * The list of runs. At its top it follows what happens, by its first page alone. Further down no row moves: those before
 * somebody's eyes are renewed in their places, and what came new is counted until they want to see it.
 */
export function useRuns(search: RunsSearch) {
  const query = asQuery(search);
  const keyText = JSON.stringify(query);
  const queries = useQueryClient();
  const sight = useRef<Sight>({ atTop: true, first: 0 });
  const looking = useRef(false);
  const [news, setNews] = useState(0);
  const queryKey = [listKey, query];
  const page = (cursor: string, signal?: AbortSignal) =>
    ask(api.GET('/v1/runs', { params: { query: { ...query, limit: pageSize, ...(cursor ? { cursor } : {}) } as never }, ...(signal ? { signal } : {}) }));
  const runs = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    initialPageParam: '',
    getNextPageParam: last => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: of => (of.state.data?.pages.length ?? 0) <= 1,
    refetchOnReconnect: false,
  });
  const showNewest = () => {
    setNews(0);
    queries.setQueryData<Loaded>(queryKey, loaded => loaded && firstOf(loaded));
    void runs.refetch();
  };
  const look = async () => {
    const loaded = queries.getQueryData<Loaded>(queryKey);
    if (!loaded || looking.current) return;
    if (sight.current.atTop) return showNewest();
    looking.current = true;
    try {
      const at = pageAt(loaded, sight.current.first);
      const [first, seen] = await Promise.all([page(''), at > 0 ? page(loaded.pageParams[at]!) : undefined]);
      queries.setQueryData<Loaded>(queryKey, now => now && renewed(now, [...first.items, ...(seen?.items ?? [])]));
      setNews(newIn(queries.getQueryData<Loaded>(queryKey) ?? loaded, first.items));
    } catch {
      // What is shown stays, and the next change asks again.
    } finally {
      looking.current = false;
    }
  };
  useTenantChanges('runs', () => void look());
  const latest = useRef(showNewest);
  latest.current = showNewest;
  useEffect(() => {
    setNews(0);
    // Left behind with its first page only, so that coming back asks for no more than that.
    return () => void queries.setQueryData<Loaded>([listKey, JSON.parse(keyText)], loaded => loaded && firstOf(loaded));
  }, [queries, keyText]);
  const onSight = useCallback((now: Sight) => {
    const cameUp = now.atTop && !sight.current.atTop;
    sight.current = now;
    if (cameUp) latest.current();
  }, []);
  return { runs, news, showNewest, onSight };
}
