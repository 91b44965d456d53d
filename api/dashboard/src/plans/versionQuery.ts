import { api, ask } from '../client/api';

/** A plan version with its document; asks for nothing as long as there is no version to ask for. */
export const versionQuery = (planId: string, version: string | undefined) => ({
  queryKey: ['plans', 'version', planId, version],
  queryFn: () => ask(api.GET('/v1/plans/{planId}/versions/{version}', { params: { path: { planId, version: version! } } })),
  enabled: version !== undefined,
});
