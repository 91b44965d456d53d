import { Link } from '@tanstack/react-router';
import { Pause, Play, RotateCcw, ShieldCheck, Square } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '@tanstack/react-query';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { copy } from '../ui/copy';
import { CopyButton } from '../ui/Json';
import { Menu } from '../ui/Menu';
import { Heading } from '../ui/Panel';
import { Status } from '../ui/Status';
import { Ago, useNow } from '../ui/Time';
import { Who } from '../ui/Who';
import { ago, between, money } from '../ui/format';
import { exportRun, exportFormats } from './exportRun';
import type { SignalType } from './SignalDialog';
import { isTerminal, type Run } from './useRun';

const steering: SignalType[] = ['RETRY_STEP', 'SKIP_STEP', 'INJECT_OVERRIDE', 'UPDATE_PARAMS', 'UPDATE_TARGET', 'EMERGENCY_STOP'];

export function RunHeading({ run, status, events, onSignal }: { run: Run; status: string; events: number; onSignal: (type: SignalType) => void }) {
  const { t } = useTranslation();
  const maySignal = useMay('runs.signal');
  const mayVerify = useMay('runs.verify');
  const ended = isTerminal(run.status);
  const now = useNow(1_000, !ended);
  const prediction = useQuery({
    queryKey: ['prediction', run.runId],
    queryFn: () => ask(api.GET('/v1/runs/{runId}/prediction', { params: { path: { runId: run.runId } } })),
    enabled: !ended,
    staleTime: 15_000,
  });
  const verify = useAct({
    act: () => ask(api.POST('/v1/runs/{runId}/verify', { params: { path: { runId: run.runId } }, body: {} })),
    changes: [],
    done: of => ('equal' in of && of.equal ? t('run.verified', { seq: of.seq, hash: of.foldedHash.slice(0, 12) }) : 'equal' in of ? t('run.notVerified') : t('common.done')),
  });
  const cost = [...(run.cost?.money ?? []).map(money), ...(run.cost?.tokens ? [t('run.tokens', { count: run.cost.tokens })] : [])].join(' · ');
  const predicted = prediction.data?.predictedFinish?.p50;
  return (
    <Heading
      name={run.runId}
      back={<Link to="/runs" className="hover:underline">{t('runs.title')}</Link>}
      title={
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-mono text-lg break-all">{run.runId}</span>
          <CopyButton text={run.runId} label={t('run.copyId')} />
          <span role="status"><Status of={status} sub={status === run.status ? run.substatus : undefined} /></span>
        </span>
      }
      note={
        <span className="flex flex-wrap gap-x-4 gap-y-0.5">
          {run.planId && (
            <Link to="/plans/$planId" params={{ planId: run.planId }} search={{ version: run.planVersion! }} className="underline">
              {run.planId} {run.planVersion}
            </Link>
          )}
          <span>
            {t('runs.queued')} <Ago at={run.queuedAt} /> {run.actor && <>{t('common.by')} <Who actor={run.actor} /></>}
          </span>
          <span>
            {t('run.duration')}: {between(run.startedAt, run.endedAt, now)}
          </span>
          {cost && <span>{t('run.cost')}: {cost}</span>}
          {run.lineage?.parentRunId && (
            <Link to="/runs/$runId" params={{ runId: run.lineage.parentRunId }} className="underline">
              {t('run.from')} {run.lineage.parentRunId.slice(0, 12)}
            </Link>
          )}
          {run.continuedAsRunId && (
            <Link to="/runs/$runId" params={{ runId: run.continuedAsRunId }} className="underline">
              {t('run.wentOn')} {run.continuedAsRunId.slice(0, 12)}
            </Link>
          )}
          {predicted && !ended && <span>{t('run.predicted', { when: ago(predicted, now) })}</span>}
          {prediction.data?.likelyMissesDeadline && <span className="text-bad">{t('run.missesDeadline', { when: ago(prediction.data.deadline ?? now, now) })}</span>}
        </span>
      }
      actions={
        <>
          {maySignal && !ended && run.status !== 'PAUSED' && (
            <Button onClick={() => onSignal('PAUSE')}>
              <Pause aria-hidden className="size-4" />
              {t('signals.names.PAUSE')}
            </Button>
          )}
          {maySignal && run.status === 'PAUSED' && run.substatus !== 'STEP_FAILED' && (
            <Button look="primary" onClick={() => onSignal('RESUME')}>
              <Play aria-hidden className="size-4" />
              {t('signals.names.RESUME')}
            </Button>
          )}
          {maySignal && !ended && (
            <Button look="danger" onClick={() => onSignal('CANCEL')}>
              <Square aria-hidden className="size-4" />
              {t('signals.names.CANCEL')}
            </Button>
          )}
          {maySignal && ended && (
            <Button look="primary" onClick={() => onSignal('RETRY_RUN')}>
              <RotateCcw aria-hidden className="size-4" />
              {t('signals.names.RETRY_RUN')}
            </Button>
          )}
          {maySignal && !ended && <Menu label={t('run.signalAs')} items={steering.map(type => ({ label: t(`signals.names.${type}`), danger: type === 'EMERGENCY_STOP', act: () => onSignal(type) }))} />}
          <Menu
            label={t('run.export')}
            items={[
              ...exportFormats.map(format => ({ label: t(`run.exports.${format}`), act: () => void exportRun(run.runId, format) })),
              { label: t('run.copyLink'), act: () => void copy(location.href, t('common.linkCopied')) },
              ...(mayVerify && events > 0 ? [{ label: t('run.verify'), icon: ShieldCheck, act: () => verify.mutate(undefined) }] : []),
            ]}
          />
        </>
      }
    />
  );
}
