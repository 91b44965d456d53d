import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { Button } from '../ui/Button';
import { usePages } from '../ui/Pages';
import { ProblemNote } from '../ui/States';

/** Nights that a platform has sold and a booking here has too. Takes no room until there is one. */
export function Conflicts() {
  const { t } = useTranslation();
  const conflicts = usePages(['bookings', 'conflicts'], page => ask(api.GET('/v1/calendar-conflicts', { params: { query: page } })), { refetchInterval: 15_000 });
  const items = conflicts.data?.pages.flatMap(p => p.items) ?? [];
  if (conflicts.error && items.length === 0) return <ProblemNote fault={conflicts.error} retry={() => void conflicts.refetch()} />;
  if (items.length === 0) return null;
  return (
    <section aria-label={t('bookings.conflicts')} className="border-b border-line bg-bad-soft p-4">
      <h2 className="font-semibold text-bad">{t('bookings.conflicts')}</h2>
      <p className="mb-2">{t('bookings.conflictsNote')}</p>
      <ul className="flex flex-col gap-1">
        {items.map(c => (
          <li key={c.blockId}>
            <strong className="font-medium">{c.unitName}</strong>: {t('bookings.conflictText', { channel: c.channel ?? t('bookings.blocked'), from: c.checkIn, to: c.checkOut })}{' '}
            {c.bookings.map(b => (
              <Link key={b.code} to="/bookings/$code" params={{ code: b.code }} className="mr-2 font-mono text-[0.93rem] underline">
                {b.code}
              </Link>
            ))}
          </li>
        ))}
      </ul>
      {conflicts.hasNextPage && (
        <Button small className="mt-2" busy={conflicts.isFetchingNextPage} onClick={() => void conflicts.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </section>
  );
}
