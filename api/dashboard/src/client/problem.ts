import type { components } from './schema';

export type Problem = components['schemas']['Problem'];

/** What the API said no to, or that it could not be reached (`status` 0). */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

export function unreachable(): ProblemError {
  return new ProblemError({ type: 'about:blank', title: 'unreachable', status: 0, code: 'unreachable', traceId: '' });
}

export async function problemOf(response: Response): Promise<ProblemError> {
  try {
    return new ProblemError((await response.json()) as Problem);
  } catch {
    return new ProblemError({ type: 'about:blank', title: response.statusText, status: response.status, code: `http_${response.status}`, traceId: '' });
  }
}

export function asProblem(fault: unknown): Problem {
  if (fault instanceof ProblemError) return fault.problem;
  return { type: 'about:blank', title: fault instanceof Error ? fault.message : String(fault), status: 0, code: 'dashboard_fault', traceId: '' };
}
