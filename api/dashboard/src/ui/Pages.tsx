import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { Loaded } from './States';

interface Page<T> {
  items: T[];
  nextCursor?: string | null;
}

/** A list of the API, page after page. */
export function usePages<T>(key: QueryKey, ask: (of: { limit: number; cursor?: string }) => Promise<Page<T>>, options: { enabled?: boolean; refetchInterval?: number } = {}) {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => ask({ limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: page => page.nextCursor ?? undefined,
    ...options,
  });
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
