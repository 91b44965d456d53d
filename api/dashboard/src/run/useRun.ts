import { useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../client/api';

export type Run = Schemas['Run'];
export type RunStep = Run['steps'][number];

export function isTerminal(status: string): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

/** Asks for nothing as long as there is no run to ask for. */
export function useRun(runId: string | undefined) {
  return useQuery({ queryKey: ['run', runId], queryFn: () => ask(api.GET('/v1/runs/{runId}', { params: { path: { runId: runId! } } })), enabled: runId !== undefined });
}
