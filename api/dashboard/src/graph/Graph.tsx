import { ReactFlowProvider } from '@xyflow/react';
import { memo, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StepView } from '../run/fold';
import type { RunStep } from '../run/useRun';
import { Drawing } from './Drawing';
import { boundsOf, layOut, type Placed, type PlanStep } from './layout';
import { StepList } from './StepList';

/** Above this many steps a drawing shows nothing any more. */
const drawnLimit = 1_500;

/** Taken where a drawing is made out of sight. */
const someWidth = 500;

const narrow = matchMedia('(max-width: 48rem)');

export interface GraphOf {
  steps: readonly PlanStep[];
  states?: ReadonlyMap<string, StepView>;
  /** As the API tells them; for what no event says, such as counts of items. */
  runs?: readonly RunStep[];
  chosen?: string | undefined;
  onChoose?: (stepId: string) => void;
  /** Steps with faults, by id. */
  faults?: ReadonlySet<string>;
}

/** Drawn anew when what it shows is another; whoever shows it is so much more often. */
export const Graph = memo(function Graph(of: GraphOf) {
  const { t } = useTranslation();
  if (of.steps.length > drawnLimit)
    return (
      <div className="p-4">
        <p className="mb-2 text-soft">{t('run.tooLarge', { count: of.steps.length })}</p>
        <StepList steps={of.steps} states={of.states} onChoose={of.onChoose} />
      </div>
    );
  return <Framed {...of} />;
});

/** The frame is measured before there is a drawing in it, so that it is drawn once, where it belongs. */
function Framed(of: GraphOf) {
  const { t } = useTranslation();
  const direction = narrow.matches ? 'TB' : 'LR';
  const layout = useMemo(() => layOut(of.steps, direction), [of.steps, direction]);
  const height = useHeight(layout.nodes);
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState<number>();
  useLayoutEffect(() => setWidth(frame.current?.clientWidth || someWidth), []);
  return (
    <>
      <div ref={frame} style={{ height }} className="w-full">
        {width !== undefined && (
          <ReactFlowProvider>
            <Drawing {...of} layout={layout} direction={direction} width={width} height={height} />
          </ReactFlowProvider>
        )}
      </div>
      {of.onChoose && <ListBelow {...of} words={t('run.list')} />}
    </>
  );
}

/** Its rows are there once it is opened. */
function ListBelow({ steps, states, onChoose, words }: GraphOf & { words: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="border-t border-line px-4 py-2" onToggle={e => setOpen(e.currentTarget.open)}>
      <summary className="text-soft">{words}</summary>
      {open && <StepList steps={steps} states={states} onChoose={onChoose} />}
    </details>
  );
}

/** As tall as the drawing needs, within what a screen can show. */
function useHeight(nodes: readonly Placed[]): number {
  const [tallest] = useState(() => Math.max(360, window.innerHeight - 330));
  return Math.max(300, Math.min(tallest, boundsOf(nodes).height + 90));
}
