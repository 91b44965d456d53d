import dagre from '@dagrejs/dagre';

export interface PlanStep {
  stepId: string;
  kind: string;
  name?: string;
  dependsOn?: string[];
  onlyIf?: string;
}

export interface Placed {
  step: PlanStep;
  x: number;
  y: number;
}

export interface Layout {
  nodes: Placed[];
  edges: { from: string; to: string }[];
}

export type Direction = 'LR' | 'TB';

export const nodeWidth = 190;
export const nodeHeight = 54;
const gapAlong = 46;
const gapAcross = 18;

/** Above this many steps finding few crossings takes longer than anybody looks for. */
const dagreLimit = 150;

/** Edges of a plan: without any `dependsOn` its steps run one after another. */
export function edgesOf(steps: readonly PlanStep[]): Layout['edges'] {
  if (steps.every(s => !s.dependsOn)) return steps.slice(1).map((s, i) => ({ from: steps[i]!.stepId, to: s.stepId }));
  return steps.flatMap(s => (s.dependsOn ?? []).map(from => ({ from, to: s.stepId })));
}

/** Of each step those that it comes after. */
export function parentsOf(steps: readonly PlanStep[], edges: Layout['edges']): Map<string, string[]> {
  const parents = new Map<string, string[]>(steps.map(s => [s.stepId, []]));
  for (const { from, to } of edges) parents.get(to)?.push(from);
  return parents;
}

/** Places the steps of a plan in layers along the direction. */
export function layOut(steps: readonly PlanStep[], direction: Direction): Layout {
  const edges = edgesOf(steps);
  return { nodes: steps.length <= dagreLimit ? byDagre(steps, edges, direction) : byLayers(steps, edges, direction), edges };
}

/** The rectangle that holds them all. */
export function boundsOf(nodes: readonly Placed[]): { x: number; y: number; width: number; height: number } {
  const [x, y] = [Math.min(...nodes.map(n => n.x)), Math.min(...nodes.map(n => n.y))];
  return { x, y, width: Math.max(...nodes.map(n => n.x)) + nodeWidth - x, height: Math.max(...nodes.map(n => n.y)) + nodeHeight - y };
}

function byDagre(steps: readonly PlanStep[], edges: Layout['edges'], direction: Direction): Placed[] {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: direction, nodesep: gapAcross, ranksep: gapAlong });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const step of steps) graph.setNode(step.stepId, { width: nodeWidth, height: nodeHeight });
  for (const { from, to } of edges) graph.setEdge(from, to);
  dagre.layout(graph);
  return steps.map(step => {
    const at = graph.node(step.stepId) as { x: number; y: number };
    return { step, x: at.x - nodeWidth / 2, y: at.y - nodeHeight / 2 };
  });
}

/** Longest path from a source gives the layer; within it, the mean place of its parents gives the order. Linear but for the sorting. */
function byLayers(steps: readonly PlanStep[], edges: Layout['edges'], direction: Direction): Placed[] {
  const parents = parentsOf(steps, edges);
  const children = new Map<string, string[]>(steps.map(s => [s.stepId, []]));
  for (const { from, to } of edges) children.get(from)?.push(to);
  const layer = new Map<string, number>();
  const missing = new Map(steps.map(s => [s.stepId, parents.get(s.stepId)!.length]));
  let wave = steps.filter(s => missing.get(s.stepId) === 0).map(s => s.stepId);
  for (let depth = 0; wave.length > 0; depth++) {
    const next: string[] = [];
    for (const id of wave) {
      layer.set(id, depth);
      for (const child of children.get(id)!) {
        missing.set(child, missing.get(child)! - 1);
        if (missing.get(child) === 0) next.push(child);
      }
    }
    wave = next;
  }
  const layers: PlanStep[][] = [];
  for (const step of steps) (layers[layer.get(step.stepId) ?? 0] ??= []).push(step);
  const place = new Map<string, number>();
  const widest = Math.max(...layers.map(l => l.length));
  const across = direction === 'LR' ? nodeHeight + gapAcross : nodeWidth + gapAcross;
  const along = (direction === 'LR' ? nodeWidth : nodeHeight) + gapAlong;
  return layers.flatMap((members, depth) => {
    const mean = (s: PlanStep) => {
      const of = parents.get(s.stepId)!;
      return of.length === 0 ? 0 : of.reduce((sum, p) => sum + (place.get(p) ?? 0), 0) / of.length;
    };
    const sorted = depth === 0 ? members : [...members].map(s => ({ s, m: mean(s) })).sort((a, b) => a.m - b.m).map(x => x.s);
    return sorted.map((step, i) => {
      const offset = (i + (widest - sorted.length) / 2) * across;
      place.set(step.stepId, offset);
      return direction === 'LR' ? { step, x: depth * along, y: offset } : { step, x: offset, y: depth * along };
    });
  });
}
