import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Json } from '../ui/Json';
import { useNow } from '../ui/Time';
import { ago } from '../ui/format';
import type { Run } from './useRun';

type Approval = Pick<Schemas['Approval'], 'approvalId' | 'title' | 'description' | 'data' | 'roles' | 'deadline'> & { fourEyes?: boolean | undefined };

export function openApprovals(run: Run) {
  return run.steps.filter(s => s.approval?.status === 'open' && s.status === 'RUNNING');
}

/** Each open question of the run, with its answers. */
export function ApprovalCards({ run }: { run: Run }) {
  return openApprovals(run).map(s => <ApprovalCard key={s.stepId} runId={run.runId} stepId={s.stepId} approval={s.approval as Approval} />);
}

export function ApprovalCard({ runId, stepId, approval }: { runId: string; stepId: string; approval: Approval }) {
  const { t } = useTranslation();
  const may = useMay('approvals.decide');
  const now = useNow(5_000);
  const [comment, setComment] = useState('');
  const decide = useAct({
    act: (decision: 'approve' | 'deny') =>
      ask(api.POST('/v1/runs/{runId}/approvals/{stepId}', { params: { path: { runId, stepId } }, body: { decision, approvalId: approval.approvalId, ...(comment ? { comment } : {}) } })),
    changes: ['run', 'approvals', 'blockers'],
    done: () => t('run.decided'),
  });
  return (
    <article className="flex flex-col gap-3 rounded-lg border border-accent bg-panel p-4">
      <div>
        <h2 className="text-base font-semibold">{approval.title}</h2>
        {approval.description && <p>{approval.description}</p>}
        <p className="text-soft">
          <code className="font-mono">{stepId}</code> · {t('run.asks', { roles: approval.roles.join(', ') })}
          {approval.deadline && ` · ${t('run.deadline', { when: ago(approval.deadline, now) })}`}
        </p>
        {approval.fourEyes && <p className="text-soft">{t('run.startedByYou')}</p>}
      </div>
      {approval.data !== undefined && <Json value={approval.data} label={approval.title} max="max-h-40" />}
      {may && (
        <div className="flex flex-wrap items-end gap-2">
          <div className="min-w-52 flex-1">
            <Field label={`${t('run.comment')} (${t('common.optional')})`}>{field => <input {...field} value={comment} maxLength={1000} onChange={e => setComment(e.target.value)} />}</Field>
          </div>
          <Button look="primary" busy={decide.isPending} onClick={() => decide.mutate('approve')}>
            {t('run.approve')}
          </Button>
          <Button look="danger" busy={decide.isPending} onClick={() => decide.mutate('deny')}>
            {t('run.deny')}
          </Button>
        </div>
      )}
    </article>
  );
}
