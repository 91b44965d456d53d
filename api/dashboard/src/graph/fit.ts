import { getViewportForBounds, type Viewport } from '@xyflow/react';
import { boundsOf, type Direction, type Placed } from './layout';

const padding = 0.08;
const largest = 1;
/** However large a drawing is, it is shown no smaller than this unless somebody wishes it. */
const smallest = 0.35;

/** The whole drawing in the middle of its frame; of one that does not fit, the beginning. */
export function viewportOf(nodes: readonly Placed[], width: number, height: number, direction: Direction): Viewport {
  const bounds = boundsOf(nodes);
  const view = getViewportForBounds(bounds, width, height, smallest, largest, padding);
  const [at, size] = direction === 'LR' ? (['x', width] as const) : (['y', height] as const);
  return { ...view, [at]: Math.max(view[at], (size * padding) / 2 - bounds[at] * view.zoom) };
}
