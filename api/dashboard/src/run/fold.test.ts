import { expect, test } from 'vitest';
import { fold, type RunEvent } from './fold';

let seq = 0;
const event = (type: string, stepId?: string, data: object = {}, attempt = 1): RunEvent =>
  ({ type, seq: ++seq, ...(stepId ? { stepId, attempt } : {}), data, occurredAt: new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString() }) as RunEvent;

const history = [
  event('RunQueued'),
  event('RunStarted'),
  event('StepStarted', 'a', { input: { n: 1 } }),
  event('StepFailed', 'a', { error: { code: 'HTTP_503', message: 'away' } }),
  event('StepRetryScheduled', 'a', { dueAt: '2026-01-01T00:01:00Z' }, 2),
  event('StepStarted', 'a', { input: { n: 1 } }, 2),
  event('StepCompleted', 'a', { result: 7 }, 2),
  event('StepSkipped', 'b', { reasonCode: 'CONDITION_FALSE' }),
  event('RunCompleted'),
];

test('the end of a history has every step at its end', () => {
  const view = fold(history);
  expect(view.status).toBe('COMPLETED');
  expect(view.steps.get('a')).toMatchObject({ status: 'COMPLETED', attempt: 2, result: 7 });
  expect(view.steps.get('a')).not.toHaveProperty('error');
  expect(view.steps.get('b')).toMatchObject({ status: 'SKIPPED', skipReason: 'CONDITION_FALSE' });
});

test('the slider shows the run as it was', () => {
  expect(fold(history, 5).steps.get('a')).toMatchObject({ status: 'RETRYING', error: { code: 'HTTP_503' } });
  expect(fold(history, 6).steps.get('a')).toMatchObject({ status: 'RUNNING', attempt: 2 });
  expect(fold(history, 1)).toMatchObject({ status: 'PENDING' });
});

test('each attempt and each pause between two is a bar that ends', () => {
  const { bars } = fold(history);
  expect(bars.map(b => [b.attempt, b.status])).toEqual([[1, 'FAILED'], [2, 'WAITING'], [2, 'COMPLETED']].map(([a, s]) => [a, s === 'WAITING' ? 'WAITED' : s]));
  expect(bars.every(b => b.endedAt)).toBe(true);
});
