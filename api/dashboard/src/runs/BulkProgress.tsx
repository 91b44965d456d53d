import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { usePeople } from '../client/people';
import { useAct } from '../ui/act';
import { Confirm } from '../ui/Confirm';
import { Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { count, moment } from '../ui/format';

export function ProgressBar({ done, total, label }: { done: number; total: number; label: string }) {
  return (
    <div>
      <progress className="h-2 w-full accent-accent" value={done} max={Math.max(total, 1)} aria-label={label} />
      <p role="status">{label}</p>
    </div>
  );
}

const ends = ['COMPLETED', 'CANCELLED', 'REJECTED'];

/** A bulk job, asked again each second while it goes on; it goes on without this page too. */
export function BulkProgress({ jobId }: { jobId: string }) {
  const { t } = useTranslation();
  const people = usePeople();
  const job = useQuery({
    queryKey: ['bulkJobs', jobId],
    queryFn: () => ask(api.GET('/v1/bulk-jobs/{bulkJobId}', { params: { path: { bulkJobId: jobId } } })),
    refetchInterval: query => (query.state.data && ends.includes(query.state.data.status) ? false : 1_000),
  });
  const stop = useAct({ act: () => ask(api.POST('/v1/bulk-jobs/{bulkJobId}/cancel', { params: { path: { bulkJobId: jobId } }, body: {} })), changes: ['bulkJobs'] });
  return (
    <Loaded query={job}>
      {data => (
        <div className="flex flex-col gap-3">
          <div>
            <Status of={data.status} />
          </div>
          {data.reason && <p className="break-words">“{data.reason}”</p>}
          {data.status === 'WAITING_APPROVAL' && <p>{data.heldUntil ? t('system.waitsUntil', { when: moment(data.heldUntil) }) : t('system.notOwn')}</p>}
          {data.code && <p>{t(`system.rejectedFor.${data.code}`)}</p>}
          {data.approvedBy && <p className="break-words text-soft">{t('system.approvedBy', { who: people.get(data.approvedBy) ?? data.approvedBy })}</p>}
          {data.status !== 'WAITING_APPROVAL' && data.status !== 'REJECTED' && (
            <>
              <ProgressBar done={data.decided ?? 0} total={data.total ?? 0} label={t('runs.bulk.progress', { done: count(data.decided ?? 0), total: count(data.total ?? 0) })} />
              <p>
                {t('runs.bulk.accepted', { count: data.accepted ?? 0 })} · {t('runs.bulk.rejected', { count: data.rejected ?? 0 })}
              </p>
            </>
          )}
          {!ends.includes(data.status) && (
            <div className="flex items-center justify-between gap-2">
              <p className="text-soft">{t('runs.bulk.leave')}</p>
              <Confirm
                label={t('runs.bulk.stop')}
                question={t('runs.bulk.stopAsk', { signal: data.type ? t(`signals.names.${data.type as 'PAUSE'}`) : t('plans.start'), done: count(data.decided ?? 0), total: count(data.total ?? 0) })}
                busy={stop.isPending}
                act={() => stop.mutate(undefined)}
              />
            </div>
          )}
        </div>
      )}
    </Loaded>
  );
}
