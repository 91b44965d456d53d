import { useQuery } from '@tanstack/react-query';
import { api, ask } from '../client/api';

/** What runs; asked again while the page is seen. */
export function useInstallation() {
  return useQuery({ queryKey: ['installation'], queryFn: () => ask(api.GET('/v1/system')), refetchInterval: 5_000 });
}

export type InstallationQuery = ReturnType<typeof useInstallation>;
