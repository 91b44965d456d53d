import { expect, test } from 'vitest';
import { boundsOf, edgesOf, layOut, nodeHeight, nodeWidth, type PlanStep } from './layout';

const chain: PlanStep[] = ['a', 'b', 'c'].map(stepId => ({ stepId, kind: 'noop' }));
const fan = (n: number): PlanStep[] => [
  { stepId: 'first', kind: 'noop', dependsOn: [] },
  ...Array.from({ length: n }, (_, i) => ({ stepId: `s${i}`, kind: 'noop', dependsOn: ['first'] })),
  { stepId: 'last', kind: 'noop', dependsOn: Array.from({ length: n }, (_, i) => `s${i}`) },
];

test('a plan without dependencies is a chain', () => {
  expect(edgesOf(chain)).toEqual([{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }]);
});

test.each([3, 500])('a fan of %i steps has three layers and no two steps in one place', n => {
  const { nodes } = layOut(fan(n), 'LR');
  expect(new Set(nodes.map(p => Math.round(p.x))).size).toBe(3);
  const middle = nodes.filter(p => p.step.stepId.startsWith('s')).map(p => p.y).sort((a, b) => a - b);
  for (let i = 1; i < middle.length; i++) expect(middle[i]! - middle[i - 1]!).toBeGreaterThanOrEqual(nodeHeight);
  expect(nodes.find(p => p.step.stepId === 'last')!.x).toBeGreaterThan(nodeWidth);
});

test('500 steps are placed in well under a second', () => {
  const begun = performance.now();
  layOut(fan(500), 'LR');
  expect(performance.now() - begun).toBeLessThan(500);
});

test('the rectangle of a drawing holds whole nodes', () => {
  const { nodes } = layOut(fan(3), 'LR');
  const { x, y, width, height } = boundsOf(nodes);
  for (const node of nodes) {
    expect(node.x).toBeGreaterThanOrEqual(x);
    expect(node.x + nodeWidth).toBeLessThanOrEqual(x + width);
    expect(node.y).toBeGreaterThanOrEqual(y);
    expect(node.y + nodeHeight).toBeLessThanOrEqual(y + height);
  }
});
