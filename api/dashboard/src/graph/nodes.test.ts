import { expect, test } from 'vitest';
import type { StepView } from '../run/fold';
import { layOut } from './layout';
import { nodesOf, type Shown } from './nodes';

const layout = layOut([{ stepId: 'a', kind: 'noop' }, { stepId: 'b', kind: 'noop' }, { stepId: 'c', kind: 'noop' }], 'LR');
const states = (b: string) => new Map<string, StepView>([['a', { stepId: 'a', status: 'COMPLETED', attempt: 1 }], ['b', { stepId: 'b', status: b, attempt: 1 }]]);
const shown = (more: Partial<Shown>): Shown => ({ states: states('RUNNING'), items: new Map(), chosen: undefined, faults: undefined, choosable: true, after: steps => `after ${steps.join()}`, ...more });

test('only nodes that look otherwise than before are other objects', () => {
  const before = nodesOf(layout, shown({}));
  const now = nodesOf(layout, shown({ states: states('COMPLETED') }), before);
  expect(now.map((node, i) => node === before[i])).toEqual([true, false, true]);
  expect(now[1]!.data.status).toBe('COMPLETED');
  expect(nodesOf(layout, shown({ chosen: 'c' }), before).map((node, i) => node === before[i])).toEqual([true, true, false]);
});

test('nodes that moved, or are told in another language, are other objects', () => {
  const before = nodesOf(layout, shown({}));
  const moved = { ...layout, nodes: layout.nodes.map(n => ({ ...n, y: n.y + 1 })) };
  expect(nodesOf(moved, shown({}), before).some(node => before.includes(node))).toBe(false);
  expect(nodesOf(layout, shown({ after: steps => `después de ${steps.join()}` }), before).map((node, i) => node === before[i])).toEqual([true, false, false]);
});

test('a node is told as large as it is, so that nothing has to measure it', () => {
  for (const node of nodesOf(layout, shown({}))) expect([node.measured, node.handles]).toEqual([{ width: node.width, height: node.height }, []]);
});

test('what a step comes after is told with it', () => {
  expect(nodesOf(layout, shown({})).map(node => node.domAttributes?.['aria-description'])).toEqual([undefined, 'after a', 'after b']);
});
