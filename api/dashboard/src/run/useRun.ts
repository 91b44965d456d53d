import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schemas } from '../client/api';
import { listedRow } from '../runs/useRuns';

export type Run = Schemas['Run'];
export type RunStep = Run['steps'][number];

export function isTerminal(status: string): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

/** Asks for nothing as long as there is no run to ask for. */
export function useRun(runId: string | undefined) {
  return useQuery({ queryKey: ['run', runId], queryFn: () => ask(api.GET('/v1/runs/{runId}', { params: { path: { runId: runId! } } })), enabled: runId !== undefined });
}

/** The plan that a run follows. The list somebody came from tells it too, so that run and plan are asked for at the same time. */
export function usePlanOf(runId: string, run: Run | undefined): Pick<Run, 'planId' | 'planVersion'> | undefined {
  const queries = useQueryClient();
  const [listed] = useState(() => listedRow(queries, runId));
  return run?.planId ? run : listed;
}
