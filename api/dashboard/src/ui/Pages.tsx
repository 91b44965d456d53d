import { useInfiniteQuery, useQueryClient, type InfiniteData, type QueryKey } from '@tanstack/react-query';
import { ArrowUp } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { pagesFollowed, useTenantChanges } from '../client/tenantStream';
import { Button } from './Button';
import { Loaded } from './States';

interface Page<T> {
  items: T[];
  nextCursor?: string | null;
}

/** A list of the API, page after page. One that has become long stands still under who reads it, and tells that it is behind. */
export function usePages<T>(key: QueryKey, ask: (of: { limit: number; cursor?: string }) => Promise<Page<T>>, options: { enabled?: boolean; refetchInterval?: number; placeholderData?: (before: InfiniteData<Page<T>, string> | undefined) => InfiniteData<Page<T>, string> | undefined } = {}) {
  const queries = useQueryClient();
  const [isBehind, setBehind] = useState(false);
  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => ask({ limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: page => page.nextCursor ?? undefined,
    refetchOnWindowFocus: of => (of.state.data?.pages.length ?? 0) <= pagesFollowed,
    ...options,
  });
  const isLong = (pages.data?.pages.length ?? 0) > pagesFollowed;
  useTenantChanges(String(key[0]), () => setBehind(isLong));
  const showNewest = () => {
    setBehind(false);
    queries.setQueryData<InfiniteData<Page<T>, string>>(key, loaded => loaded && { pages: loaded.pages.slice(0, 1), pageParams: loaded.pageParams.slice(0, 1) });
    void pages.refetch();
  };
  return { ...pages, isBehind: isBehind && isLong, showNewest };
}

/** What came so far and a button for more; when there is nothing, what to do about it. */
export function Pages<T>({ pages, empty, children }: { pages: ReturnType<typeof usePages<T>>; empty: ReactNode; children: (items: T[]) => ReactNode }) {
  const { t } = useTranslation();
  return (
    <Loaded query={pages}>
      {data => {
        const items = data.pages.flatMap(p => p.items);
        return (
          <>
            {pages.isBehind && (
              <div className="sticky top-16 z-20 flex h-0 justify-center md:top-3" role="status">
                <Button small className="shadow-lg" onClick={pages.showNewest}>
                  <ArrowUp aria-hidden className="size-4" />
                  {t('shell.news')}
                </Button>
              </div>
            )}
            {items.length === 0 ? empty : children(items)}
            {pages.hasNextPage && (
              <div className="p-3 text-center">
                <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                  {t('common.more')}
                </Button>
              </div>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
