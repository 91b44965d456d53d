import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Pages, usePages } from '../ui/Pages';
import { Empty } from '../ui/States';
import { Table } from '../ui/Table';
import { useNow } from '../ui/Time';
import { ago } from '../ui/format';
import { Conflicts } from './Conflicts';
import { FeedDialog, FeedState } from './FeedDialog';
import { NewFeed } from './NewFeed';
import { bookingKeys } from './queries';

/** Calendars of other platforms: how well each is read, and where they disagree with us. */
export function Feeds() {
  const { t } = useTranslation();
  const may = useMay('calendars.manage');
  const now = useNow(15_000);
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const feeds = usePages(['calendars'], page => ask(api.GET('/v1/calendars', { params: { query: page } })), { refetchInterval: 15_000 });
  const refresh = useAct({
    act: ({ unitId, calendarId }: { unitId: string; calendarId: string }) => ask(api.POST('/v1/units/{unitId}/calendars/{calendarId}/refresh', { params: { path: { unitId, calendarId } }, body: {} })),
    changes: ['calendars', ...bookingKeys],
    done: () => t('bookings.refreshed'),
  });
  const remove = useAct({
    act: ({ unitId, calendarId }: { unitId: string; calendarId: string }) => ask(api.DELETE('/v1/units/{unitId}/calendars/{calendarId}', { params: { path: { unitId, calendarId } } })),
    changes: ['calendars', ...bookingKeys],
    done: () => t('bookings.done'),
  });
  const detail = shown && feeds.data?.pages.flatMap(p => p.items).find(f => f.calendarId === shown);
  return (
    <>
      <Conflicts />
      {may && (
        <div className="p-3">
          <Button look="primary" onClick={() => setMaking(true)}>
            {t('bookings.newFeed')}
          </Button>
        </div>
      )}
      <Pages pages={feeds} empty={<Empty title={t('bookings.feedsNone')}>{t('bookings.feedsNoneNote')}</Empty>}>
        {items => (
          <Table
            label={t('bookings.tabs.feeds')}
            rows={items}
            keyOf={f => f.calendarId}
            columns={[
              {
                title: t('bookings.unit'),
                cell: f => (
                  <>
                    {f.unitName ?? f.unitId.slice(0, 8)}
                    <span className="block text-soft md:hidden">{f.channel}</span>
                  </>
                ),
              },
              { title: t('bookings.channel'), wide: true, cell: f => f.channel },
              { title: t('bookings.origin'), wide: true, cell: f => <span className="text-soft">{f.origin}</span> },
              { title: t('common.status'), cell: f => <FeedState feed={f} /> },
              { title: t('bookings.read'), wide: true, cell: f => (f.successAt ? ago(f.successAt, Math.max(now, Date.parse(f.successAt))) : t('bookings.never')) },
              { title: t('bookings.events'), right: true, wide: true, cell: f => f.events },
              {
                title: t('common.actions'), right: true,
                cell: f => (
                  <span className="inline-flex flex-wrap justify-end gap-2">
                    <Button small onClick={() => setShown(f.calendarId)}>{t('common.details')}</Button>
                    {may && <Button small busy={refresh.isPending && refresh.variables.calendarId === f.calendarId} onClick={() => refresh.mutate(f)}>{t('bookings.refresh')}</Button>}
                    {may && <Confirm label={t('common.delete')} question={t('bookings.deleteFeed', { unit: f.unitName ?? f.unitId.slice(0, 8), channel: f.channel, origin: f.origin })} act={() => remove.mutate(f)} />}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Pages>
      {detail && <FeedDialog feed={detail} onClose={() => setShown(null)} />}
      {making && <NewFeed onClose={() => setMaking(false)} />}
    </>
  );
}
