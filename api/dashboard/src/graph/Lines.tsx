import { ViewportPortal } from '@xyflow/react';
import { memo } from 'react';
import type { Lines as LinesOf } from './edges';

/** What a step comes after is told with each node, so that nobody has to listen to hundreds of lines. */
export const Lines = memo(function Lines({ ahead, behind, moving }: LinesOf) {
  return (
    <ViewportPortal>
      <svg aria-hidden className="pointer-events-none absolute top-0 left-0 -z-1 overflow-visible fill-none" width={1} height={1}>
        {ahead && <path d={ahead} className="stroke-line" />}
        {behind && <path d={behind} className="stroke-soft" />}
        {moving && <path d={moving} className="flowing stroke-soft" />}
      </svg>
    </ViewportPortal>
  );
});
