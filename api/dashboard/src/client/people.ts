import { useQuery } from '@tanstack/react-query';
import { api, ask } from './api';
import { useMay, useMe } from './me';
import { namesOf } from './names';

/** As many as are asked for; of more, those further on are told by their ids. */
const pages = 5;

async function all<T>(page: (query: { limit: number; cursor?: string }) => Promise<{ items: T[]; nextCursor?: string | null }>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < pages; n++) {
    const answer = await page({ limit: 100, ...(cursor ? { cursor } : {}) });
    items.push(...answer.items);
    cursor = answer.nextCursor ?? undefined;
    if (!cursor) break;
  }
  return items;
}

const restMs = 5 * 60_000;

/** Names of those who act, by `user:id` and `key:id`, as far as one may know them: oneself always. */
export function usePeople(): ReadonlyMap<string, string> {
  const me = useMe().data;
  const users = useQuery({ queryKey: ['people', 'users'], queryFn: () => all(query => ask(api.GET('/v1/users', { params: { query } }))), enabled: useMay('users.read'), staleTime: restMs });
  const keys = useQuery({ queryKey: ['people', 'keys'], queryFn: () => all(query => ask(api.GET('/v1/api-keys', { params: { query } }))), enabled: useMay('keys.read'), staleTime: restMs });
  return namesOf(me, users.data ?? [], keys.data ?? []);
}
