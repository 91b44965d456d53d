import type { Schemas } from '../client/api';

export type RunEvent = Schemas['RunEvent'];

export interface StepView {
  stepId: string;
  status: string;
  attempt: number;
  startedAt?: string;
  endedAt?: string;
  dueAt?: string;
  input?: unknown;
  result?: unknown;
  error?: { code: string; message: string };
  skipReason?: string;
  asks?: boolean;
}

/** One attempt of a step, or the pause before the next one. */
export interface Bar {
  stepId: string;
  attempt: number;
  status: string;
  startedAt: string;
  endedAt?: string;
}

export interface RunView {
  status: string;
  steps: ReadonlyMap<string, StepView>;
  bars: readonly Bar[];
  queuedAt?: string;
  startedAt?: string;
  endedAt?: string;
}

type Data = Record<string, unknown>;

const endOf: Record<string, string> = {
  StepCompleted: 'COMPLETED', StepFailed: 'FAILED', StepCancelled: 'CANCELLED', StepSkipped: 'SKIPPED', StepCompensated: 'COMPENSATED', StepOverridden: 'COMPLETED',
};

const runStatusOf: Record<string, string> = {
  RunQueued: 'PENDING', RunApproved: 'APPROVED', RunStarted: 'RUNNING', RunPaused: 'PAUSED', RunResumed: 'RUNNING', RunBudgetExceeded: 'PAUSED',
  RunCompleted: 'COMPLETED', RunFailed: 'FAILED', RunCancelled: 'CANCELLED',
};

/** How the run stood after the first `upTo` events of its history: what the slider shows. */
export function fold(events: readonly RunEvent[], upTo = events.length): RunView {
  const steps = new Map<string, StepView>();
  const bars: Bar[] = [];
  const open = new Map<string, Bar>();
  const view: { -readonly [K in keyof RunView]: RunView[K] } = { status: 'PENDING', steps, bars };
  for (let i = 0; i < upTo && i < events.length; i++) {
    const e = events[i]!;
    foldRun(view, e);
    if (e.stepId) foldStep(steps, bars, open, e, e.stepId);
  }
  return view;
}

function foldRun(view: { -readonly [K in keyof RunView]: RunView[K] }, e: RunEvent) {
  const status = runStatusOf[e.type];
  if (!status) return;
  // A run without a turn of its concurrency key is queued, paused and let go again before it begins.
  view.status = status;
  if (e.type === 'RunQueued') view.queuedAt = e.occurredAt;
  if (e.type === 'RunStarted') view.startedAt ??= e.occurredAt;
  if (status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED') view.endedAt = e.occurredAt;
}

function foldStep(steps: Map<string, StepView>, bars: Bar[], open: Map<string, Bar>, e: RunEvent, stepId: string) {
  const data = e.data as Data;
  const attempt = e.attempt ?? 1;
  const before = steps.get(stepId) ?? { stepId, status: 'PENDING', attempt };
  const close = (status: string) => {
    const bar = open.get(stepId);
    if (bar) Object.assign(bar, { endedAt: e.occurredAt, status: status === 'same' ? bar.status : status });
    open.delete(stepId);
  };
  const begin = (status: string) => {
    const bar: Bar = { stepId, attempt, status, startedAt: e.occurredAt };
    open.set(stepId, bar);
    bars.push(bar);
  };
  const end = endOf[e.type];
  if (e.type === 'StepStarted') {
    if (open.get(stepId)?.status === 'WAITING') close('WAITED');
    begin('RUNNING');
    const { endedAt: _, error: __, result: ___, dueAt: ____, ...rest } = before;
    steps.set(stepId, { ...rest, status: 'RUNNING', attempt, startedAt: e.occurredAt, ...('input' in data ? { input: data.input } : {}) });
  } else if (e.type === 'StepRetryScheduled') {
    close('FAILED');
    begin('WAITING');
    steps.set(stepId, { ...before, status: 'RETRYING', attempt, dueAt: String(data.dueAt), ...('input' in data && data.input != null ? { input: data.input } : {}) });
  } else if (e.type === 'TimerSet') {
    steps.set(stepId, { ...before, ...(typeof data.dueAt === 'string' ? { dueAt: data.dueAt } : {}) });
  } else if (e.type === 'ApprovalRequested') {
    steps.set(stepId, { ...before, asks: true });
  } else if (end) {
    if (open.get(stepId)?.status === 'WAITING') close('WAITED');
    else close(end);
    if (!bars.some(b => b.stepId === stepId && b.attempt === attempt) && end !== 'SKIPPED') bars.push({ stepId, attempt, status: end, startedAt: e.occurredAt, endedAt: e.occurredAt });
    steps.set(stepId, {
      ...before, status: end, attempt, endedAt: e.occurredAt, asks: false,
      ...('result' in data ? { result: data.result } : 'override' in data ? { result: data.override } : {}),
      ...('error' in data ? { error: data.error as { code: string; message: string } } : {}),
      ...('reasonCode' in data ? { skipReason: String(data.reasonCode) } : {}),
    });
  }
}
