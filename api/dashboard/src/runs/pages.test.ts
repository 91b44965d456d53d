import { expect, test } from 'vitest';
import { firstOf, newIn, pageAt, renewed } from './pages';

const row = (runId: string, status = 'RUNNING') => ({ runId, status });
const list = { pages: [{ items: [row('c'), row('b')], nextCursor: '1' }, { items: [row('a')] }], pageParams: ['', '1'] };

test('what changed is renewed in its place and nothing moves', () => {
  const after = renewed(list, [row('d'), row('a', 'COMPLETED')]);
  expect(after.pages.map(p => p.items.map(r => `${r.runId} ${r.status}`))).toEqual([['c RUNNING', 'b RUNNING'], ['a COMPLETED']]);
  expect(after.pages[0]!.nextCursor).toBe('1');
});

test('only rows that are nowhere in the list are new', () => expect(newIn(list, [row('e'), row('d'), row('c'), row('a')])).toBe(2));

test('a row is found in its page, and one behind the end in the last', () => expect([0, 1, 2, 99].map(i => pageAt(list, i))).toEqual([0, 0, 1, 1]));

test('a list asked for anew is asked for its first page', () => expect(firstOf(list)).toEqual({ pages: [list.pages[0]], pageParams: [''] }));
