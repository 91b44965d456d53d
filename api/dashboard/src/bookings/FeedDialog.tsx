import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Confirm } from '../ui/Confirm';
import { Dialog } from '../ui/Dialog';
import { CopyButton } from '../ui/Json';
import { Status } from '../ui/Status';
import { moment } from '../ui/format';

type Feed = Schemas['Calendar'];

/** How a calendar is, and why it is not well. */
export function FeedState({ feed }: { feed: Feed }) {
  const { t } = useTranslation();
  return (
    <>
      <Status of={feed.state} tone={feed.state === 'healthy' ? 'ok' : feed.state === 'waiting' ? 'info' : feed.state === 'late' ? 'warn' : 'bad'} />
      {feed.error && <span className="mt-0.5 block text-[0.93rem] text-bad">{t(`bookings.feedErrors.${feed.error}`, { status: feed.status ?? '?' })}</span>}
    </>
  );
}

/** All that is known of a calendar, what of it could not be read, and the address by which its platform reads ours. */
export function FeedDialog({ feed, onClose }: { feed: Feed; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay('calendars.manage');
  const rotate = useAct({
    act: () => ask(api.POST('/v1/units/{unitId}/calendar-exports/{channel}/rotate-token', { params: { path: { unitId: feed.unitId, channel: feed.channel } }, body: {} })),
    changes: ['calendars'],
    done: () => t('bookings.rotated'),
  });
  const rows: [string, string | number | undefined][] = [
    [t('bookings.unit'), feed.unitName],
    [t('bookings.channel'), feed.channel],
    [t('bookings.origin'), feed.url],
    [t('bookings.events'), feed.events],
    [t('bookings.read'), feed.successAt ? moment(feed.successAt) : t('bookings.never')],
    [t('bookings.lastChange'), feed.changedAt && moment(feed.changedAt)],
    [t('bookings.failures'), feed.failures || undefined],
    [t('bookings.failingSince'), feed.failingSince && moment(feed.failingSince)],
  ];
  return (
    <Dialog title={t('bookings.feedDetails')} onClose={onClose}>
      <FeedState feed={feed} />
      <dl className="mt-3 grid grid-cols-[9rem_1fr] gap-x-4 gap-y-2">
        {rows.filter(([, value]) => value !== undefined).map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="min-w-0 break-all">{value}</dd>
          </div>
        ))}
      </dl>
      {feed.exportUrl && (
        <section className="mt-4 flex flex-col gap-2 border-t border-line pt-3">
          <h3 className="font-medium">{t('bookings.ours', { channel: feed.channel })}</h3>
          <p className="text-soft">{t('bookings.exportsNote')}</p>
          <div className="flex items-center gap-2 rounded-md border border-line bg-bg p-2">
            <code className="flex-1 font-mono text-[0.9rem] break-all">{feed.exportUrl}</code>
            <CopyButton text={feed.exportUrl} />
          </div>
          {may && (
            <span className="self-start">
              <Confirm label={t('bookings.rotate')} question={t('bookings.rotateAsk', { unit: feed.unitName ?? feed.unitId.slice(0, 8), channel: feed.channel })} busy={rotate.isPending} act={() => rotate.mutate(undefined)} />
            </span>
          )}
        </section>
      )}
      {feed.remarkCount > 0 && (
        <section className="mt-4 border-t border-line pt-3">
          <h3 className="font-medium">{t('bookings.remarks', { count: feed.remarkCount })}</h3>
          <ul className="mt-1 flex flex-col gap-1">
            {feed.remarks.map(r => (
              <li key={`${r.line} ${r.code}`}>
                <span className="text-soft">{t('bookings.remarkLine', { line: r.line })}</span> <span className="font-mono text-[0.93rem]">{r.code}</span> {r.detail}
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
