import { useQuery } from '@tanstack/react-query';
import { allPages } from './allPages';
import { api, ask } from './api';
import { useMay, useMe } from './me';
import { namesOf } from './names';

/** As many as are asked for; of more, those further on are told by their ids. */
const pages = 5;

const restMs = 5 * 60_000;

/** Names of those who act, by `user:id` and `key:id`, as far as one may know them: oneself always. */
export function usePeople(): ReadonlyMap<string, string> {
  const me = useMe().data;
  const users = useQuery({ queryKey: ['people', 'users'], queryFn: () => allPages(pages, query => ask(api.GET('/v1/users', { params: { query } }))), enabled: useMay('users.read'), staleTime: restMs });
  const keys = useQuery({ queryKey: ['people', 'keys'], queryFn: () => allPages(pages, query => ask(api.GET('/v1/api-keys', { params: { query } }))), enabled: useMay('keys.read'), staleTime: restMs });
  return namesOf(me, users.data ?? [], keys.data ?? []);
}
