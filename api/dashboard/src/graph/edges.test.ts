import { expect, test } from 'vitest';
import type { StepView } from '../run/fold';
import { linesOf } from './edges';
import { layOut, nodeHeight, nodeWidth } from './layout';

const chain = (n: number) => layOut(Array.from({ length: n }, (_, i) => ({ stepId: `s${i}`, kind: 'noop' })), 'LR');
const states = new Map<string, StepView>([['s1', { stepId: 's1', status: 'COMPLETED', attempt: 1 }], ['s2', { stepId: 's2', status: 'RUNNING', attempt: 1 }]]);
const count = (path: string) => path.split('M').length - 1;

test('lines that look alike are one path', () => {
  const { ahead, behind, moving } = linesOf(chain(4), 'LR', states);
  expect([count(ahead), count(behind), count(moving)]).toEqual([1, 1, 1]);
});

test('a plan that does not run has all its lines ahead', () => {
  const { ahead, behind, moving } = linesOf(chain(4), 'LR', undefined);
  expect([count(ahead), behind, moving]).toEqual([3, '', '']);
});

test('nothing moves in a large drawing', () => {
  const { behind, moving } = linesOf(chain(300), 'LR', states);
  expect([count(behind), moving]).toEqual([2, '']);
});

test('a line goes from the end of a step to the beginning of the next', () => {
  const layout = chain(2);
  const [a, b] = layout.nodes as [(typeof layout.nodes)[0], (typeof layout.nodes)[0]];
  const path = linesOf(layout, 'LR', undefined).ahead;
  expect(path.startsWith(`M${a.x + nodeWidth},${a.y + nodeHeight / 2} `)).toBe(true);
  expect(path.endsWith(` ${b.x},${b.y + nodeHeight / 2}`)).toBe(true);
});
