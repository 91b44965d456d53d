import { ArrowDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button';
import { ApprovalCards, openApprovals } from './ApprovalCards';
import { Blockers } from './Blockers';
import { Failure } from './Failure';
import type { SignalWish } from './SignalDialog';
import { isTerminal, type Run } from './useRun';

const place = 'asks';

/** What the run asks of people: why it failed, what is to be approved, what holds it up. Beside or below the graph, which must not move when one of them comes or goes. */
export function Asks({ run, onChoose, onSignal }: { run: Run; onChoose: (step: string) => void; onSignal: (wish: SignalWish) => void }) {
  return (
    <div id={place} tabIndex={-1} className="flex scroll-mt-20 flex-col gap-4 outline-none">
      {run.status === 'FAILED' && <Failure run={run} onChoose={onChoose} onSignal={onSignal} />}
      {!isTerminal(run.status) && <ApprovalCards run={run} />}
      {!isTerminal(run.status) && <Blockers run={run} onSignal={onSignal} />}
    </div>
  );
}

/** Where the asks are below the graph, a line of constant height above it leads to them. */
export function AsksBelow({ run }: { run: Run }) {
  const { t } = useTranslation();
  const open = openApprovals(run).length;
  const words = run.status === 'FAILED' ? t('run.failure') : open > 0 ? t('run.approvalsBelow', { count: open }) : null;
  return (
    <div className="min-h-9 xl:hidden" role="status">
      {words && (
        <Button
          onClick={() => {
            const there = document.getElementById(place);
            there?.scrollIntoView({ block: 'start' });
            there?.focus({ preventScroll: true });
          }}
        >
          <ArrowDown aria-hidden className="size-4" />
          {words}
        </Button>
      )}
    </div>
  );
}
