import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { BulkProgress } from '../runs/BulkProgress';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Dialog } from '../ui/Dialog';
import { Pages, usePages } from '../ui/Pages';
import { Panel } from '../ui/Panel';
import { Empty } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { Ago } from '../ui/Time';
import { ago, count } from '../ui/format';
import { BulkReview } from './BulkReview';

/** Signals to many runs: how far, by whom, and the way back. */
export function BulkJobs() {
  const { t } = useTranslation();
  const may = useMay('runs.signal');
  const [open, setOpen] = useState<string | null>(null);
  const jobs = usePages(['bulkJobs', 'list'], page => ask(api.GET('/v1/bulk-jobs', { params: { query: page } })), { refetchInterval: 5_000 });
  const what = (type: string | undefined) => (type ? t(`signals.names.${type as 'PAUSE'}`) : t('plans.start'));
  const undo = useAct({
    act: (bulkJobId: string) => ask(api.POST('/v1/bulk-jobs/{bulkJobId}/undo', { params: { path: { bulkJobId } }, body: {} })),
    changes: ['bulkJobs'],
    done: () => t('system.undone'),
  });
  return (
    <Panel title={t('system.jobs')} flush>
      <Pages pages={jobs} empty={<Empty title={t('system.jobsNone')}>{t('system.jobsNoneNote')}</Empty>}>
        {items => (
          <Table
            label={t('system.jobs')}
            rows={items}
            keyOf={j => j.bulkJobId}
            columns={[
              { title: t('system.jobType'), cell: j => <Button look="quiet" small onClick={() => setOpen(j.bulkJobId)}>{what(j.type)}</Button> },
              { title: t('common.status'), cell: j => <span title={j.heldUntil && t('system.until', { when: ago(j.heldUntil) })}><Status of={j.status} /></span> },
              { title: t('system.progress'), right: true, cell: j => `${count(j.decided ?? 0)} / ${count(j.total ?? 0)}` },
              { title: t('system.by'), wide: true, cell: j => <span className="block max-w-52 truncate text-soft" title={j.actor}>{j.actor}</span> },
              { title: t('common.created'), wide: true, cell: j => <Ago at={j.createdAt} /> },
              {
                title: t('common.actions'),
                right: true,
                cell: j => (
                  <>
                    {may && j.status === 'WAITING_APPROVAL' && <BulkReview job={j} what={what(j.type)} />}
                    {may && (j.type === 'PAUSE' || j.type === 'RESUME') && !j.undoneBy && j.status === 'COMPLETED' && <Confirm label={t('system.undo')} question={t('system.undoAsk')} act={() => undo.mutate(j.bulkJobId)} />}
                  </>
                ),
              },
            ]}
          />
        )}
      </Pages>
      {open && (
        <Dialog title={t('system.jobs')} onClose={() => setOpen(null)}>
          <BulkProgress jobId={open} />
        </Dialog>
      )}
    </Panel>
  );
}
