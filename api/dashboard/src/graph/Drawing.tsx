import { Background, Controls, ReactFlow, useReactFlow, useStore, useStoreApi, type NodeChange } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTheme } from '../ui/theme';
import { linesOf } from './edges';
import { viewportOf } from './fit';
import type { GraphOf } from './Graph';
import type { Direction, Layout } from './layout';
import { Lines } from './Lines';
import type { StepName } from './names';
import { nodesOf, type StepNode as StepNodeOf } from './nodes';
import { SightOf, StepNode, type Detail } from './StepNode';

const nodeTypes = { step: StepNode };

/** Up to here all nodes are drawn, in sight or not, and the keyboard comes to each of them. */
const allDrawn = 120;

/** Below these zooms letters are less than six pixels tall: those of everything, and the larger ones of the id alone. */
const [readable, named] = [0.42, 0.22];

/** No more than this are listened to for one step. */
const namedParents = 8;

const smallest = 0.05;
const options = { hideAttribution: true };

export function Drawing({ states, runs, chosen, onChoose, faults, layout, direction, width, height }: GraphOf & { layout: Layout; direction: Direction; width: number; height: number }) {
  const { t, i18n } = useTranslation();
  const { isDark } = useTheme();
  const detail = useStore(({ transform: [, , zoom] }): Detail => (zoom >= readable ? 'all' : zoom >= named ? 'id' : 'none'));
  const sight = useMemo(() => ({ detail, words: (status: string) => (i18n.exists(`status.${status}`) ? t(`status.${status as StepName}`) : status) }), [detail, t, i18n]);
  const items = useMemo(() => new Map(runs?.filter(r => r.items).map(r => [r.stepId, r.items])), [runs]);
  const choosable = Boolean(onChoose);
  const last = useRef<StepNodeOf[]>([]);
  const nodes = useMemo(() => {
    // The words are looked up once, not once a node.
    const [before, behind] = t('run.after', { steps: '\n' }).split('\n');
    const after = (steps: readonly string[]) => `${before}${steps.slice(0, namedParents).join(', ')}${steps.length > namedParents ? ' …' : ''}${behind}`;
    return (last.current = nodesOf(layout, { states, items, chosen, faults, choosable, after }, last.current));
  }, [layout, states, items, chosen, faults, choosable, t]);
  const lines = useMemo(() => linesOf(layout, direction, states), [layout, direction, states]);
  const [begun] = useState(() => viewportOf(layout.nodes, width, height, direction));
  const flow = useReactFlow();
  const pane = useStoreApi();
  const drawn = useRef(layout);
  useEffect(() => {
    const { width, height } = pane.getState();
    if (drawn.current !== layout) void flow.setViewport(viewportOf(layout.nodes, width, height, direction));
    drawn.current = layout;
  }, [layout, direction, pane, flow]);
  const latest = useRef(onChoose);
  latest.current = onChoose;
  // By mouse and by keyboard. Always the same function: with another one every node is drawn anew.
  const choose = useCallback((changes: NodeChange<StepNodeOf>[]) => {
    const change = changes.find(c => c.type === 'select' && c.selected);
    if (change?.type === 'select') latest.current?.(change.id);
  }, []);
  return (
    <SightOf value={sight}>
      <ReactFlow
        nodes={nodes}
        nodeTypes={nodeTypes}
        onNodesChange={choose}
        colorMode={isDark ? 'dark' : 'light'}
        defaultViewport={begun}
        minZoom={smallest}
        onlyRenderVisibleElements={nodes.length > allDrawn}
        preventScrolling={false}
        zoomOnScroll={false}
        panOnScroll={false}
        nodesDraggable={false}
        nodesConnectable={false}
        proOptions={options}
        aria-label={t('run.tabs.graph')}
      >
        <Background gap={22} size={1} color="var(--line)" />
        <Controls showInteractive={false} />
        <Lines {...lines} />
      </ReactFlow>
    </SightOf>
  );
}
