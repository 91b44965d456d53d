import { getBezierPath, Position } from '@xyflow/react';
import type { StepView } from '../run/fold';
import { nodeHeight, nodeWidth, type Direction, type Layout } from './layout';

/** Above this many steps nothing moves along the lines. */
const movingLimit = 200;

/** All lines of a drawing, those that look alike as one path each: hundreds of paths of their own are dear to lay out and paint. */
export interface Lines {
  /** To steps that have not begun. */
  ahead: string;
  /** To steps that have. */
  behind: string;
  /** To steps that run. */
  moving: string;
}

export function linesOf({ nodes, edges }: Layout, direction: Direction, states: ReadonlyMap<string, StepView> | undefined): Lines {
  const place = new Map(nodes.map(node => [node.step.stepId, node]));
  const lines: Record<keyof Lines, string[]> = { ahead: [], behind: [], moving: [] };
  for (const { from, to } of edges) {
    const [source, target] = [place.get(from), place.get(to)];
    if (!source || !target) continue;
    const status = states?.get(to)?.status ?? 'PENDING';
    const look = status === 'PENDING' ? 'ahead' : status === 'RUNNING' && nodes.length < movingLimit ? 'moving' : 'behind';
    lines[look].push(
      direction === 'LR'
        ? curve(source.x + nodeWidth, source.y + nodeHeight / 2, Position.Right, target.x, target.y + nodeHeight / 2, Position.Left)
        : curve(source.x + nodeWidth / 2, source.y + nodeHeight, Position.Bottom, target.x + nodeWidth / 2, target.y, Position.Top),
    );
  }
  return { ahead: lines.ahead.join(''), behind: lines.behind.join(''), moving: lines.moving.join('') };
}

function curve(sourceX: number, sourceY: number, sourcePosition: Position, targetX: number, targetY: number, targetPosition: Position): string {
  return getBezierPath({ sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition })[0];
}
