import { api, ask } from '../client/api';

/** The run that RETRY_RUN has just made of this one; null when the list does not show it soon. */
export async function newRunOf(runId: string, before: string | undefined): Promise<string | null> {
  for (let tries = 0; tries < 25; tries++) {
    const { items } = await ask(api.GET('/v1/runs', { params: { query: { parentRunId: runId, limit: 1 } } }));
    const newest = items[0];
    if (newest && newest.runId !== before) return newest.runId;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return null;
}
