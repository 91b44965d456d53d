import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { Pages, usePages } from '../ui/Pages';
import { Panel } from '../ui/Panel';
import { moment } from '../ui/format';

/** Everything that happened to a booking, by whom. */
export function BookingHistory({ code }: { code: string }) {
  const { t, i18n } = useTranslation();
  const words = (type: string) => (i18n.exists(`bookings.happened.${type}`) ? t(`bookings.happened.${type as 'BookingHeld'}`) : type);
  const events = usePages(['bookings', 'timeline', code], page => ask(api.GET('/v1/bookings/{code}/timeline', { params: { path: { code }, query: page } })));
  return (
    <Panel title={t('bookings.history')} flush className="mt-4">
      <Pages pages={events} empty={<p className="p-4 text-soft">{t('common.none')}</p>}>
        {items => (
          <ol className="divide-y divide-line">
            {items.map(e => (
              <li key={e.eventId} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2">
                <span className="text-soft">{moment(e.occurredAt)}</span>
                <span className="font-medium">{words(e.type)}</span>
                <span className="truncate text-soft">{e.actor}</span>
              </li>
            ))}
          </ol>
        )}
      </Pages>
    </Panel>
  );
}
