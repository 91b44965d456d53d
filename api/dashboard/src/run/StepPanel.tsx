import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../client/me';
import { Button } from '../ui/Button';
import { Json } from '../ui/Json';
import { Status } from '../ui/Status';
import { between, clock, moment } from '../ui/format';
import type { Bar, StepView } from './fold';
import type { PlanStep } from '../graph/layout';
import type { SignalWish } from './SignalDialog';
import { isTerminal, type Run, type RunStep } from './useRun';

/** Everything about one step: attempts, input, result, errors, and what can be done about it. */
export function StepPanel({ stepId, view, bars, detail, planned, run, onSignal, onClose }: {
  stepId: string;
  view: StepView | undefined;
  bars: readonly Bar[];
  detail: RunStep | undefined;
  planned: PlanStep | undefined;
  run: Run;
  onSignal: (wish: SignalWish) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const may = useMay('runs.signal') && !isTerminal(run.status) && detail !== undefined;
  const status = detail?.status ?? view?.status ?? 'PENDING';
  const result = detail?.result ?? view?.result;
  const error = detail?.error ?? (status === 'COMPLETED' ? undefined : view?.error);
  return (
    <section aria-label={`${t('run.step')} ${stepId}`} className="flex min-w-0 flex-col gap-3 rounded-lg border border-line bg-panel p-4">
      <header className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 className="font-mono text-base font-semibold break-all">{stepId}</h2>
          <p className="text-soft">
            {planned?.kind ?? detail?.kind} {planned?.name && `· ${planned.name}`}
          </p>
        </div>
        <Button look="quiet" small aria-label={t('run.closeStep')} onClick={onClose}>
          <X aria-hidden className="size-4" />
        </Button>
      </header>
      <div className="flex flex-wrap items-center gap-2">
        <Status of={status} sub={view?.status === 'RETRYING' && status !== 'RETRYING' ? 'RETRYING' : view?.skipReason} />
        {bars.length > 0 && <span className="text-soft">{t('run.attempts', { count: new Set(bars.map(b => b.attempt)).size })}</span>}
        {detail?.items && <span className="text-soft">{t('run.items', { completed: detail.items.completed, total: detail.items.total })}</span>}
      </div>
      {detail?.subRunId && (
        <Link to="/runs/$runId" params={{ runId: detail.subRunId }} className="font-mono underline">
          {detail.subRunId}
        </Link>
      )}
      {may && (
        <div className="flex flex-wrap gap-2">
          {status === 'FAILED' && (
            <Button small look="primary" onClick={() => onSignal({ type: 'RETRY_STEP', stepId })}>
              {t('run.retryStep')}
            </Button>
          )}
          {(status === 'FAILED' || status === 'PENDING') && (
            <Button small onClick={() => onSignal({ type: 'SKIP_STEP', stepId })}>
              {t('run.skipStep')}
            </Button>
          )}
          {status !== 'COMPLETED' && status !== 'SKIPPED' && (
            <Button small onClick={() => onSignal({ type: 'INJECT_OVERRIDE', stepId })}>
              {t('run.setResult')}
            </Button>
          )}
        </div>
      )}
      {error && (
        <div className="rounded-md bg-bad-soft p-3">
          <p className="font-mono text-[0.93rem] font-medium text-bad">{error.code}</p>
          <p className="break-words">{error.message}</p>
        </div>
      )}
      {view?.dueAt && status !== 'COMPLETED' && (
        <p className="text-soft">
          {t('run.dueAt')}: {moment(view.dueAt)}
        </p>
      )}
      {bars.length > 0 && (
        <ol className="flex flex-col gap-1">
          {bars.map((bar, i) => (
            <li key={i} className="flex flex-wrap items-center gap-2 text-[0.93rem]">
              <span className="text-soft">
                {t('run.attempt')} {bar.attempt}
              </span>
              <Status of={bar.status} />
              <span className="text-soft">
                {clock(bar.startedAt)} · {between(bar.startedAt, bar.endedAt)}
              </span>
            </li>
          ))}
        </ol>
      )}
      {view?.input !== undefined && view.input !== null && (
        <div>
          <h3 className="mb-1 font-medium">{t('run.input')}</h3>
          <Json value={view.input} label={t('run.input')} />
        </div>
      )}
      {result !== undefined && (
        <div>
          <h3 className="mb-1 font-medium">{t('run.result')}</h3>
          <Json value={result} label={t('run.result')} />
        </div>
      )}
    </section>
  );
}
