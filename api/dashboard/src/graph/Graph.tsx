import { Background, Controls, ReactFlow, ReactFlowProvider, useReactFlow, type Edge, type Node } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StepView } from '../run/fold';
import type { RunStep } from '../run/useRun';
import { useTheme } from '../ui/theme';
import { layOut, nodeHeight, nodeWidth, type PlanStep } from './layout';
import { StepList } from './StepList';
import { StepNode, type StepNodeData } from './StepNode';

const nodeTypes = { step: StepNode };

/** Above this many steps a drawing shows nothing any more. */
const drawnLimit = 1_500;

const narrow = matchMedia('(max-width: 48rem)');

interface GraphOf {
  steps: readonly PlanStep[];
  states?: ReadonlyMap<string, StepView>;
  /** As the API tells them; for what no event says, such as counts of items. */
  runs?: readonly RunStep[];
  chosen?: string | undefined;
  onChoose?: (stepId: string) => void;
  /** Steps with faults, by id. */
  faults?: ReadonlySet<string>;
}

export function Graph(of: GraphOf) {
  const { t } = useTranslation();
  if (of.steps.length > drawnLimit)
    return (
      <div className="p-4">
        <p className="mb-2 text-soft">{t('run.tooLarge', { count: of.steps.length })}</p>
        <StepList steps={of.steps} states={of.states} onChoose={of.onChoose} />
      </div>
    );
  return (
    <ReactFlowProvider>
      <Drawing {...of} />
    </ReactFlowProvider>
  );
}

function Drawing({ steps, states, runs, chosen, onChoose, faults }: GraphOf) {
  const { t } = useTranslation();
  const { isDark } = useTheme();
  const flow = useReactFlow();
  const direction = narrow.matches ? 'TB' : 'LR';
  const layout = useMemo(() => layOut(steps, direction), [steps, direction]);
  const items = useMemo(() => new Map(runs?.filter(r => r.items).map(r => [r.stepId, r.items!])), [runs]);
  const nodes = useMemo(
    () =>
      layout.nodes.map(({ step, x, y }): Node<StepNodeData> => ({
        id: step.stepId,
        type: 'step',
        position: { x, y },
        width: nodeWidth,
        height: nodeHeight,
        data: { step, view: states?.get(step.stepId), items: items.get(step.stepId), chosen: step.stepId === chosen, direction, faulty: faults?.has(step.stepId) ?? false, planOnly: !states },
        draggable: false,
        connectable: false,
        selectable: Boolean(onChoose),
        focusable: Boolean(onChoose),
        ariaLabel: step.stepId,
      })),
    [layout, states, items, chosen, direction, faults, onChoose],
  );
  const edges = useMemo(
    () =>
      layout.edges.map(({ from, to }): Edge => {
        const running = states?.get(to)?.status === 'RUNNING';
        return { id: `${from}→${to}`, source: from, target: to, animated: running && layout.nodes.length < 200, focusable: false, style: { stroke: states?.get(to) && states.get(to)!.status !== 'PENDING' ? 'var(--soft)' : 'var(--line)' } };
      }),
    [layout, states],
  );
  const height = useHeight(layout.nodes);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) void flow.fitView({ padding: 0.08, maxZoom: 1 });
    first.current = false;
  }, [layout, flow]);
  return (
    <>
      <div style={{ height }} className="w-full">
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          colorMode={isDark ? 'dark' : 'light'}
          fitView
          fitViewOptions={{ padding: 0.08, maxZoom: 1, minZoom: 0.35 }}
          minZoom={0.05}
          onlyRenderVisibleElements={nodes.length > 120}
          preventScrolling={false}
          zoomOnScroll={false}
          panOnScroll={false}
          nodesDraggable={false}
          nodesConnectable={false}
          onNodeClick={(_, node) => onChoose?.(node.id)}
          onSelectionChange={({ nodes: selected }) => selected[0] && selected[0].id !== chosen && onChoose?.(selected[0].id)}
          proOptions={{ hideAttribution: true }}
          aria-label={t('run.tabs.graph')}
        >
          <Background gap={22} size={1} color="var(--line)" />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
      {onChoose && (
        <details className="border-t border-line px-4 py-2">
          <summary className="text-soft">{t('run.list')}</summary>
          <StepList steps={steps} states={states} onChoose={onChoose} />
        </details>
      )}
    </>
  );
}

/** As tall as the drawing needs, within what a screen can show. */
function useHeight(nodes: readonly { y: number }[]): number {
  const [tallest] = useState(() => Math.max(360, window.innerHeight - 330));
  const needed = Math.max(...nodes.map(n => n.y)) - Math.min(...nodes.map(n => n.y)) + nodeHeight + 90;
  return Math.max(300, Math.min(tallest, needed));
}
