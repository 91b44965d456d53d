import type { Node } from '@xyflow/react';
import type { StepView } from '../run/fold';
import type { RunStep } from '../run/useRun';
import { nodeHeight, nodeWidth, parentsOf, type Layout, type PlanStep } from './layout';

/** What a node shows, flat, so that two that look alike are found to be so. */
export interface StepNodeData extends Record<string, unknown> {
  step: PlanStep;
  status: string;
  attempt: number;
  asks: boolean;
  startedAt: string | undefined;
  endedAt: string | undefined;
  items: RunStep['items'];
  chosen: boolean;
  faulty: boolean;
  planOnly: boolean;
}

export type StepNode = Node<StepNodeData, 'step'>;

export interface Shown {
  states: ReadonlyMap<string, StepView> | undefined;
  /** As the API tells them; for what no event says, such as counts of items. */
  items: ReadonlyMap<string, RunStep['items']>;
  chosen: string | undefined;
  faults: ReadonlySet<string> | undefined;
  choosable: boolean;
  /** In words, what a step comes after: the lines of the drawing for whom it is read out. */
  after: (stepIds: readonly string[]) => string;
}

const size = { width: nodeWidth, height: nodeHeight };

// Also where nothing can be chosen its name shows under the mouse.
const style = { pointerEvents: 'all' } as const;

/** The nodes of a drawing. One that looks as it did before is the same object, and is not drawn anew. */
export function nodesOf({ nodes, edges }: Layout, shown: Shown, before: readonly StepNode[] = []): StepNode[] {
  const known = new Map(before.map(node => [node.id, node]));
  const parents = parentsOf(nodes.map(node => node.step), edges);
  return nodes.map(({ step, x, y }) => {
    const view = shown.states?.get(step.stepId);
    const data: StepNodeData = {
      step,
      status: view?.status ?? 'PENDING',
      attempt: view?.attempt ?? 1,
      asks: view?.asks ?? false,
      startedAt: view?.startedAt,
      endedAt: view?.endedAt,
      items: shown.items.get(step.stepId),
      chosen: step.stepId === shown.chosen,
      faulty: shown.faults?.has(step.stepId) ?? false,
      planOnly: !shown.states,
    };
    const from = parents.get(step.stepId)!;
    const description = from.length > 0 ? shown.after(from) : undefined;
    const same = known.get(step.stepId);
    if (same && same.position.x === x && same.position.y === y && same.selectable === shown.choosable && same.domAttributes?.['aria-description'] === description && alike(same.data, data)) return same;
    return {
      id: step.stepId,
      type: 'step',
      position: { x, y },
      ...size,
      style,
      // Told, not measured: otherwise every node is drawn, in sight or not, each time that it changes.
      measured: size,
      handles: [],
      data,
      draggable: false,
      connectable: false,
      selectable: shown.choosable,
      focusable: shown.choosable,
      ariaLabel: step.stepId,
      domAttributes: { 'aria-describedby': undefined, 'aria-description': description },
    };
  });
}

function alike(a: StepNodeData, b: StepNodeData): boolean {
  for (const key in a) if (a[key] !== b[key]) return false;
  return true;
}
