import { useQuery } from '@tanstack/react-query';
import { api, ask } from './api';

/** Who is signed in, of which tenant, and what they may do. */
export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: () => ask(api.GET('/v1/me')), staleTime: 5 * 60_000 });
}

/** True when the signed-in person may do it; while that is not known yet, no. */
export function useMay(permission: string): boolean {
  return useMe().data?.permissions.includes(permission) ?? false;
}
