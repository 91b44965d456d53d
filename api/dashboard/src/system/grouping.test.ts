import { expect, test } from 'vitest';
import { byDomain, counted, families, type HeldSlot, type SeenQueue } from './grouping';

const slot = (domain: string, n: number, process?: string): HeldSlot =>
  ({ domain, slot: n, queue: `dvt.${domain}.${n}`, state: process ? 'held' : 'free', epoch: 1, ...(process ? { process } : {}) });

const queue = (name: string, messages: number): SeenQueue => ({ name, messages, consumers: 1, parked: 0, deadLetters: 0, seenAt: '2026-01-01T00:00:00Z' });

test('slots are told by domain with who holds most first', () => {
  expect(byDomain([slot('runs', 0, 'workers-1'), slot('runs', 1, 'workers-2'), slot('runs', 2, 'workers-2'), slot('runs', 3), slot('bookings', 0)])).toEqual([
    { domain: 'runs', held: 3, total: 4, holders: [{ name: 'workers-2', slots: 2 }, { name: 'workers-1', slots: 1 }] },
    { domain: 'bookings', held: 0, total: 1, holders: [] },
  ]);
});

test('queues of slots are summed up, and those of steps', () => {
  expect(families([queue('dvt.runs.0', 2), queue('dvt.runs.15', 3), queue('dvt.steps.http', 4), queue('dvt.steps.booking.hold', 0)]).map(f => [f.name, f.queues, f.messages, f.consumers])).toEqual([
    ['dvt.runs', 2, 5, 2],
    ['dvt.steps', 2, 4, 2],
  ]);
});

test('names are in the order in which people count', () => {
  expect(counted(['dvt.runs.10', 'dvt.runs.2', 'dvt.bookings.1'], x => x)).toEqual(['dvt.bookings.1', 'dvt.runs.2', 'dvt.runs.10']);
});
