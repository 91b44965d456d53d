import { Link } from '@tanstack/react-router';
import { RotateCcw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../client/me';
import { Button, buttonClass } from '../ui/Button';
import type { SignalWish } from './SignalDialog';
import type { Run } from './useRun';

/** Why a run has failed, and the ways on from there: again from the step that failed, or anew with another input. */
export function Failure({ run, onChoose, onSignal }: { run: Run; onChoose: (step: string) => void; onSignal: (wish: SignalWish) => void }) {
  const { t } = useTranslation();
  const maySignal = useMay('runs.signal');
  const mayStart = useMay('runs.start');
  const step = run.steps.find(s => s.status === 'FAILED')?.stepId;
  if (!run.error) return null;
  return (
    <section aria-label={t('run.failure')} className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-bad bg-bad-soft px-4 py-3">
      <div className="min-w-0">
        <h2 className="font-semibold">{t('run.failure')}</h2>
        <p className="break-words">
          {step && (
            <button type="button" className="mr-1.5 font-mono text-[0.93rem] underline" onClick={() => onChoose(step)}>
              {step}
            </button>
          )}
          <span className="font-mono text-[0.93rem] font-medium text-bad">{run.error.code}</span> {run.error.message}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        {maySignal && step && (
          <Button small onClick={() => onSignal({ type: 'RETRY_RUN', stepId: step })}>
            <RotateCcw aria-hidden className="size-4" />
            {t('run.againFrom', { step })}
          </Button>
        )}
        {mayStart && run.planId && (
          <Link to="/plans/$planId" params={{ planId: run.planId }} search={{ version: run.planVersion!, start: run.runId }} className={buttonClass('plain', true)}>
            {t('run.otherInput')}
          </Link>
        )}
      </div>
    </section>
  );
}
