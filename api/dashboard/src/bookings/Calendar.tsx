import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button';
import { Empty, Loaded, ProblemNote, Skeleton } from '../ui/States';
import { formatter } from '../ui/format';
import { CalendarRow } from './CalendarRow';
import { addDays, daysOf, nextMonth, today } from './dates';
import type { StayWish } from './NewBooking';
import { Occupancy } from './Occupancy';
import { useNights } from './queries';

/** A row per unit, a column per night; what is taken lies over it. */
export function Calendar({ month, onMonth, onWish }: { month: string; onMonth: (month: string) => void; onWish: ((wish: StayWish) => void) | undefined }) {
  const { t } = useTranslation();
  const days = daysOf(month);
  const [from, to] = [days[0]!, addDays(days.at(-1)!, 1)];
  const nights = useNights(from, to);
  const weekday = formatter(Intl.DateTimeFormat, { weekday: 'narrow', timeZone: 'UTC' });
  return (
    <div className="p-4">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Button small aria-label={t('bookings.before')} onClick={() => onMonth(nextMonth(month, -1))}>
          <ChevronLeft aria-hidden className="size-4" />
        </Button>
        <h2 className="min-w-40 text-center text-base font-semibold first-letter:uppercase" aria-live="polite">
          {formatter(Intl.DateTimeFormat, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`))}
        </h2>
        <Button small aria-label={t('bookings.after')} onClick={() => onMonth(nextMonth(month))}>
          <ChevronRight aria-hidden className="size-4" />
        </Button>
        <Button small onClick={() => onMonth(today().slice(0, 7))}>
          {t('bookings.today')}
        </Button>
        {onWish && <span className="text-soft">{t('bookings.calendarNote')}</span>}
      </div>
      <Occupancy month={month} />
      {nights.error && nights.data && (
        <div className="mb-3">
          <ProblemNote fault={nights.error} retry={() => void nights.refetch()} />
        </div>
      )}
      <Loaded query={nights} skeleton={<Skeleton rows={6} className="h-11" />}>
        {list =>
          list.length === 0 ? (
            <Empty title={t('bookings.noUnits')}>{t('bookings.noUnitsNote')}</Empty>
          ) : (
            <div className="overflow-x-auto rounded-md border border-line" role="region" aria-label={t('bookings.tabs.calendar')} aria-busy={nights.isPlaceholderData} tabIndex={0}>
              <div className="min-w-[62rem]">
                <div className="flex border-b border-line bg-panel">
                  <div className="sticky left-0 z-10 w-36 shrink-0 bg-panel" />
                  {days.map(day => (
                    <div key={day} aria-hidden className={`flex-1 py-1 text-center text-[0.86rem] leading-tight ${day === today() ? 'font-semibold text-accent' : 'text-soft'}`}>
                      {weekday.format(new Date(`${day}T00:00:00Z`))}
                      <br />
                      {Number(day.slice(8))}
                    </div>
                  ))}
                </div>
                {list.map(unit => (
                  <CalendarRow key={unit.unitId} unit={unit} month={month} known={!nights.isPlaceholderData} onWish={unit.active ? onWish : undefined} />
                ))}
              </div>
            </div>
          )
        }
      </Loaded>
    </div>
  );
}
