import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMe } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { count } from '../ui/format';

type Verdict = 'approve' | 'reject';

/** A second person's word about a job that waits for one. Who asked for it may only withdraw it. */
export function BulkReview({ job, what }: { job: Schemas['BulkJob']; what: string }) {
  const { t } = useTranslation();
  const me = useMe().data;
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const own = me !== undefined && (job.actor === `user:${me.userId}` || job.actor === `key:${me.apiKeyId}`);
  return (
    <span className="flex flex-wrap justify-end gap-2">
      {!own && (
        <Button look="primary" small onClick={() => setVerdict('approve')}>
          {t('system.approve')}
        </Button>
      )}
      <Button look="danger" small onClick={() => setVerdict('reject')}>
        {own ? t('system.withdraw') : t('system.reject')}
      </Button>
      {verdict && <ReviewDialog job={job} what={what} verdict={verdict} title={t(verdict === 'approve' ? 'system.approve' : own ? 'system.withdraw' : 'system.reject')} own={own} onClose={() => setVerdict(null)} />}
    </span>
  );
}

function ReviewDialog({ job, what, verdict, title, own, onClose }: { job: Schemas['BulkJob']; what: string; verdict: Verdict; title: string; own: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const review = useAct({
    act: (given: Verdict) => ask(api.POST(`/v1/bulk-jobs/{bulkJobId}/${given}`, { params: { path: { bulkJobId: job.bulkJobId } }, body: reason ? { reason } : {} })),
    changes: ['bulkJobs', 'runs'],
    done: () => t('system.reviewed'),
    after: onClose,
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="flex flex-col gap-3 text-left whitespace-normal">
        <p>{t('system.reviewOf', { what, runs: count(job.total ?? 0), who: job.actor ?? '–' })}</p>
        {job.reason && <p className="break-words">“{job.reason}”</p>}
        {own && <p className="text-soft">{t('system.notOwn')}</p>}
        <Field label={`${t('common.reason')} (${t('common.optional')})`} note={t('common.reasonNote')}>
          {field => <input {...field} value={reason} maxLength={1000} onChange={e => setReason(e.target.value)} />}
        </Field>
      </div>
      <DialogActions>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button look={verdict === 'approve' ? 'primary' : 'danger'} busy={review.isPending} onClick={() => review.mutate(verdict)}>
          {title}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
