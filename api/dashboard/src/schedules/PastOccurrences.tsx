import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { Pages, usePages } from '../ui/Pages';
import { Status } from '../ui/Status';
import { moment } from '../ui/format';

export function PastOccurrences({ scheduleId }: { scheduleId: string }) {
  const { t } = useTranslation();
  const past = usePages(['schedules', 'past', scheduleId], page => ask(api.GET('/v1/schedules/{scheduleId}/occurrences', { params: { path: { scheduleId }, query: { ...page, limit: 10 } } })));
  return (
    <div>
      <h3 className="mb-1 font-medium">{t('schedules.past')}</h3>
      <Pages pages={past} empty={<p className="text-soft">{t('schedules.pastNone')}</p>}>
        {items => (
          <ul className="flex flex-col gap-1">
            {items.map(o => (
              <li key={o.occurrence} className="flex flex-wrap items-center gap-2">
                <Link to="/runs/$runId" params={{ runId: o.runId }} className="underline">
                  {moment(o.occurrence)}
                </Link>
                <Status of={o.status} sub={o.code} />
              </li>
            ))}
          </ul>
        )}
      </Pages>
    </div>
  );
}
