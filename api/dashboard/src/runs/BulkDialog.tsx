import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { NumberField } from '../ui/NumberField';
import { ProblemNote } from '../ui/States';
import { Status } from '../ui/Status';
import { useCodeWords } from '../ui/codeWords';
import { span } from '../ui/format';
import { BulkProgress } from './BulkProgress';
import { SelectedProgress } from './SelectedProgress';
import type { RunRow } from './useRuns';
import { asFilter, hindranceOf, type RunsSearch } from './search';

/** Those that need nothing of a single run. */
const bulkTypes = ['PAUSE', 'RESUME', 'CANCEL', 'RETRY_RUN', 'EMERGENCY_STOP'] as const;
export type BulkType = (typeof bulkTypes)[number];

type Preview = Schemas['BulkPreview'];

/** First what would happen, then, once it is confirmed, the sending: to those selected, or to all that the filter finds. */
export function BulkDialog({ search, selected, onClose }: { search: RunsSearch; selected: RunRow[] | null; onClose: () => void }) {
  const { t } = useTranslation();
  const [type, setType] = useState<BulkType>('PAUSE');
  const [reason, setReason] = useState('');
  const [typed, setRate] = useState<number | undefined>(100);
  const rate = typed ?? 1;
  const [sending, setSending] = useState(false);
  const [working, setWorking] = useState(false);
  const hindrance = selected ? null : hindranceOf(search);
  const body = { filter: asFilter(search).filter as Schemas['BulkSignal']['filter'], type, ...(reason ? { reason } : {}), ratePerSecond: rate };
  const preview = useMutation({ mutationFn: () => ask(api.POST('/v1/runs/bulk-signals', { body: { ...body, dryRun: true } })) as Promise<Preview> });
  const start = useMutation({ mutationFn: () => ask(api.POST('/v1/runs/bulk-signals', { body: { ...body, dryRun: false } })) });
  const jobId = start.data && ('bulkJobId' in start.data ? start.data.bulkJobId : 'resource' in start.data ? (start.data as Schemas['Accepted']).resource.id : undefined);
  const count = selected ? selected.length : preview.data?.count;

  return (
    <Dialog title={t('runs.bulk.title')} onClose={() => working || onClose()}>
      {jobId ? (
        <BulkProgress jobId={jobId} />
      ) : sending && selected ? (
        <SelectedProgress runs={selected} type={type} reason={reason} onWorking={setWorking} />
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={event => {
            event.preventDefault();
            if (selected) setSending(true);
            else if (preview.data) start.mutate();
            else preview.mutate();
          }}
        >
          <Field label={t('runs.bulk.signal')} note={t(`signals.does.${type}`)}>
            {field => (
              <select
                {...field}
                value={type}
                onChange={e => {
                  setType(e.target.value as BulkType);
                  preview.reset();
                }}
              >
                {bulkTypes.map(b => (
                  <option key={b} value={b}>
                    {t(`signals.names.${b}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={t('common.reason')} note={t('common.reasonNote')} required={type === 'EMERGENCY_STOP'}>
            {field => <input {...field} value={reason} maxLength={1000} onChange={e => setReason(e.target.value)} />}
          </Field>
          {!selected && (
            <Field label={t('runs.bulk.rate')}>
              {field => <NumberField {...field} required min={1} max={1000} value={typed} onValue={setRate} />}
            </Field>
          )}
          {hindrance && (
            <p role="status" className="rounded-md border border-line bg-warn-soft p-3">
              {t(`runs.bulk.not.${hindrance}`)}
            </p>
          )}
          {preview.error && <ProblemNote fault={preview.error} />}
          {start.error && <ProblemNote fault={start.error} />}
          {preview.data && <PreviewNote preview={preview.data} rate={rate} />}
          {selected && (
            <div className="flex flex-col gap-2 rounded-md border border-line bg-bg p-3">
              <ByStatus counts={countBy(selected)} />
              <p className="text-soft">{t('runs.bulk.asListed')}</p>
              <p className="text-warn">{t('runs.bulk.stay')}</p>
            </div>
          )}
          <DialogActions>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button type="submit" look="primary" busy={preview.isPending || start.isPending} disabled={count === 0 || hindrance !== null}>
              {count === undefined ? t('runs.bulk.preview') : t('runs.bulk.send', { count })}
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}

function countBy(runs: RunRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const run of runs) counts[run.status] = (counts[run.status] ?? 0) + 1;
  return counts;
}

function ByStatus({ counts }: { counts: Record<string, number> }) {
  return (
    <ul className="flex flex-wrap gap-2">
      {Object.entries(counts).map(([status, n]) => (
        <li key={status} className="flex items-center gap-1">
          <Status of={status} /> {n}
        </li>
      ))}
    </ul>
  );
}

function PreviewNote({ preview, rate }: { preview: Preview; rate: number }) {
  const { t } = useTranslation();
  const words = useCodeWords();
  return (
    <div className="flex flex-col gap-2 rounded-md border border-line bg-bg p-3" role="status">
      <p className="font-medium">{t('runs.bulk.countMatch', { count: preview.count })}</p>
      <ByStatus counts={preview.byStatus as Record<string, number>} />
      {preview.wouldRefuse.length > 0 && (
        <p>
          {t('runs.bulk.refused')}: {preview.wouldRefuse.map(r => `${r.count} × ${words(r.code)}`).join(', ')}
        </p>
      )}
      {preview.withoutEffect > 0 && <p>{t('runs.bulk.without', { count: preview.withoutEffect })}</p>}
      {preview.needsSecondPerson && <p className="text-warn">{t('runs.bulk.second')}</p>}
      <p className="text-soft">{t('runs.bulk.takes', { time: span(preview.seconds * 1000), rate })}</p>
    </div>
  );
}
