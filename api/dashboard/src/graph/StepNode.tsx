import { Handle, Position, type NodeProps } from '@xyflow/react';
import { Box, CalendarCheck, Clock, CreditCard, GitFork, Globe, ListTree, Megaphone, MessageSquare, Shuffle, Sparkles, UserCheck, Workflow, type LucideIcon } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { StepView } from '../run/fold';
import { toneOf } from '../ui/Status';
import { between } from '../ui/format';
import type { StepName } from './names';
import type { PlanStep } from './layout';

export interface StepNodeData extends Record<string, unknown> {
  step: PlanStep;
  view: StepView | undefined;
  items: { total: number; completed: number } | undefined;
  chosen: boolean;
  direction: 'LR' | 'TB';
  faulty: boolean;
  planOnly: boolean;
}

const icons: Record<string, LucideIcon> = { noop: Box, transform: Shuffle, gateway: GitFork, wait: Clock, approval: UserCheck, http: Globe, map: ListTree, plan: Workflow, emit: Megaphone, booking: CalendarCheck, payment: CreditCard, generate: Sparkles, message: MessageSquare };

const looks = { ok: 'border-ok bg-ok-soft', bad: 'border-bad bg-bad-soft', warn: 'border-warn bg-warn-soft', info: 'border-info bg-info-soft', none: 'border-line bg-panel' };

export const StepNode = memo(function StepNode({ data }: NodeProps & { data: StepNodeData }) {
  const { t, i18n } = useTranslation();
  const { step, view, items, chosen, direction, faulty, planOnly } = data;
  const status = view?.status ?? 'PENDING';
  const waits = view?.asks || status === 'RETRYING';
  const tone = faulty ? 'bad' : waits ? 'warn' : status === 'PENDING' ? 'none' : toneOf(status);
  const Icon = icons[step.kind.split('.')[0]!] ?? Box;
  const words = i18n.exists(`status.${status}`) ? t(`status.${status as StepName}`) : status;
  return (
    <div
      data-step={step.stepId}
      data-status={status}
      className={`flex size-full items-center gap-2 rounded-lg border px-2.5 text-left text-text ${looks[tone]} ${chosen ? 'ring-2 ring-accent' : ''} ${status === 'SKIPPED' || status === 'CANCELLED' ? 'border-dashed' : ''}`}
    >
      <Handle type="target" position={direction === 'LR' ? Position.Left : Position.Top} className="opacity-0!" />
      <Icon aria-hidden className={`size-4 shrink-0 text-soft ${status === 'RUNNING' ? 'beating' : ''}`} />
      <div className="min-w-0 flex-1 leading-tight">
        <p className="truncate font-medium" title={step.name ?? step.stepId}>
          {step.stepId}
        </p>
        <p className="truncate text-[0.86rem] text-soft">
          {planOnly ? step.kind : view?.asks ? t('status.WAITING_APPROVAL') : words}
          {view && view.attempt > 1 && ` · ×${view.attempt}`}
          {items && ` · ${items.completed}/${items.total}`}
          {view?.startedAt && view.endedAt && view.endedAt !== view.startedAt && ` · ${between(view.startedAt, view.endedAt)}`}
        </p>
      </div>
      <Handle type="source" position={direction === 'LR' ? Position.Right : Position.Bottom} className="opacity-0!" />
    </div>
  );
});
