import { expect, test } from 'vitest';
import { viewportOf } from './fit';
import { layOut } from './layout';

const [width, height] = [800, 400];
const chain = (n: number, direction: 'LR' | 'TB') => layOut(Array.from({ length: n }, (_, i) => ({ stepId: `s${i}`, kind: 'noop' })), direction).nodes;
const leftOf = (nodes: ReturnType<typeof chain>, view: { x: number; zoom: number }) => Math.min(...nodes.map(n => n.x)) * view.zoom + view.x;

test('a small drawing is as large as it is, in the middle', () => {
  const nodes = chain(2, 'LR');
  const view = viewportOf(nodes, width, height, 'LR');
  expect(view.zoom).toBe(1);
  expect(leftOf(nodes, view)).toBeCloseTo((width - 426) / 2);
});

test.each(['LR', 'TB'] as const)('a drawing that does not fit can still be read, and its beginning is in sight: %s', direction => {
  const nodes = chain(140, direction);
  const view = viewportOf(nodes, width, height, direction);
  expect(view.zoom).toBe(0.35);
  const begin = direction === 'LR' ? leftOf(nodes, view) : Math.min(...nodes.map(n => n.y)) * view.zoom + view.y;
  expect(begin).toBeGreaterThan(0);
  expect(begin).toBeLessThan(40);
});
