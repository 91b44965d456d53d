import { api, ask, type Schemas } from '../client/api';
import { newId } from '../client/ids';

type Signal = Omit<Schemas['Signal'], 'signalId'>;

/** Sends a signal to a run; true when it waits for a second person. */
export async function sendSignal(runId: string, signal: Signal): Promise<boolean> {
  const signalId = newId();
  const answer = await ask(api.POST('/v1/runs/{runId}/signals', { params: { path: { runId } }, body: { signalId, ...signal } }));
  return 'heldSignals' in answer && (answer.heldSignals?.some(h => h.signalId === signalId) ?? false);
}
