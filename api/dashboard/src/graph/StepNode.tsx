import type { NodeProps } from '@xyflow/react';
import { Box, CalendarCheck, Clock, CreditCard, GitFork, Globe, ListTree, Megaphone, MessageSquare, Shuffle, Sparkles, UserCheck, Workflow, type LucideIcon } from 'lucide-react';
import { createContext, memo, useContext } from 'react';
import { toneOf } from '../ui/Status';
import { between } from '../ui/format';
import { Mark } from './Mark';
import type { StepNode as StepNodeOf } from './nodes';

/** What can be read of a step: everything, its id in larger letters, or no letters at all. What is left is the colour and the shape of its state. */
export type Detail = 'all' | 'id' | 'none';

/** What all nodes of a drawing have in common, asked for once and not by each of them. */
export interface Sight {
  detail: Detail;
  words: (status: string) => string;
}

export const SightOf = createContext<Sight>({ detail: 'all', words: status => status });

const icons: Record<string, LucideIcon> = { noop: Box, transform: Shuffle, gateway: GitFork, wait: Clock, approval: UserCheck, http: Globe, map: ListTree, plan: Workflow, emit: Megaphone, booking: CalendarCheck, payment: CreditCard, generate: Sparkles, message: MessageSquare };

const looks = { ok: 'border-ok bg-ok-soft', bad: 'border-bad bg-bad-soft', warn: 'border-warn bg-warn-soft', info: 'border-info bg-info-soft', none: 'border-line bg-panel' };

/** Where no letters are left, the colour has to be seen from afar. */
const looksFromAfar = { ok: 'border-ok bg-ok text-panel', bad: 'border-bad bg-bad text-panel', warn: 'border-warn bg-warn text-panel', info: 'border-info bg-info text-panel', none: 'border-soft bg-raised text-soft' };

const colors = { ok: 'text-ok', bad: 'text-bad', warn: 'text-warn', info: 'text-info', none: 'text-soft' };

export const StepNode = memo(function StepNode({ data }: NodeProps<StepNodeOf>) {
  const { detail, words } = useContext(SightOf);
  const { step, status, attempt, asks, startedAt, endedAt, items, chosen, faulty, planOnly } = data;
  const waits = asks || status === 'RETRYING';
  const tone = faulty ? 'bad' : waits ? 'warn' : status === 'PENDING' ? 'none' : toneOf(status);
  const told = planOnly ? step.kind : words(asks ? 'WAITING_APPROVAL' : status);
  const mark = detail === 'none' ? 'mx-auto' : colors[tone];
  // As thick on the screen as it is from near.
  const outline = detail === 'all' ? `border ${chosen ? 'ring-2 ring-accent' : ''}` : `border-3 ${chosen ? 'ring-8 ring-accent' : ''}`;
  const Icon = icons[step.kind.split('.')[0]!] ?? Box;
  return (
    <div
      data-step={step.stepId}
      data-status={status}
      title={detail === 'all' ? undefined : (step.name ?? step.stepId)}
      className={`flex size-full items-center gap-2 rounded-lg px-2.5 text-left contain-strict ${detail === 'none' ? looksFromAfar[tone] : `text-text ${looks[tone]}`} ${outline} ${status === 'SKIPPED' || status === 'CANCELLED' ? 'border-dashed' : ''}`}
    >
      {detail === 'all' ? (
        <>
          <Icon aria-hidden className={`size-4 shrink-0 text-soft ${status === 'RUNNING' ? 'beating' : ''}`} />
          <div className="min-w-0 flex-1 leading-tight">
            <p className="truncate font-medium" title={step.name ?? step.stepId}>
              {step.stepId}
            </p>
            <p className="truncate text-[0.86rem] text-soft">
              {told}
              {attempt > 1 && ` · ×${attempt}`}
              {items && ` · ${items.completed}/${items.total}`}
              {startedAt && endedAt && endedAt !== startedAt && ` · ${between(startedAt, endedAt)}`}
            </p>
          </div>
        </>
      ) : (
        <>
          {planOnly && !faulty ? <Icon role="img" aria-label={told} className={`size-8 shrink-0 ${mark}`} /> : <Mark tone={tone} status={status} words={told} className={mark} />}
          {detail === 'id' && <p className="min-w-0 flex-1 truncate text-3xl">{step.stepId}</p>}
        </>
      )}
    </div>
  );
});
