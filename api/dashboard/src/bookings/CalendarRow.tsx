import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addDays, daysOf, within } from './dates';
import type { StayWish } from './NewBooking';
import type { Block, BookingRow, Unit } from './queries';

const taking = new Set(['held', 'confirmed', 'checked_in', 'completed']);

const looks: Record<string, string> = { held: 'bg-warn-soft text-warn border-warn', confirmed: 'bg-ok-soft text-ok border-ok', checked_in: 'bg-info-soft text-info border-info', completed: 'bg-raised text-soft border-line' };

/** The nights of one unit. A drag over free ones asks for a booking of them. */
export function CalendarRow({ unit, month, bookings, blocks, onWish }: { unit: Unit; month: string; bookings: BookingRow[]; blocks: Block[]; onWish: ((wish: StayWish) => void) | undefined }) {
  const { t } = useTranslation();
  const days = daysOf(month);
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const shown = drag && [Math.min(...drag), Math.max(...drag)];
  const end = () => {
    if (shown && onWish) onWish({ unitId: unit.unitId, checkIn: days[shown[0]!]!, checkOut: addDays(days[shown[1]!]!, 1) });
    setDrag(null);
  };
  const place = (from: string, to: string) => {
    const at = within(month, from, to);
    return at && { left: `${(at.start / days.length) * 100}%`, width: `${(at.length / days.length) * 100}%` };
  };
  return (
    <div className="flex border-b border-line last:border-b-0">
      <div className="sticky left-0 z-10 flex w-36 shrink-0 items-center bg-panel px-2 font-medium">
        <span className="truncate" title={unit.name}>
          {unit.name}
        </span>
      </div>
      <div className="relative flex h-11 flex-1 touch-pan-x select-none" onPointerUp={end} onPointerLeave={() => setDrag(null)}>
        {days.map((day, i) => (
          <div
            key={day}
            data-day={`${unit.name} ${day}`}
            className={`h-full flex-1 border-l border-line ${shown && i >= shown[0]! && i <= shown[1]! ? 'bg-accent-soft' : ''} ${onWish ? 'cursor-cell' : ''}`}
            onPointerDown={event => onWish && event.pointerType === 'mouse' && setDrag([i, i])}
            onPointerEnter={() => drag && setDrag([drag[0], i])}
          />
        ))}
        {blocks.map(b => {
          const style = place(b.from, b.to);
          return (
            style && (
              <span
                key={b.blockId}
                style={style}
                title={`${t('bookings.blocked')} ${b.channel ?? ''} ${b.reason ?? ''}`}
                className={`absolute bottom-0.5 z-[1] h-4 truncate rounded border px-1 text-[0.78rem] leading-4 ${b.conflict ? 'border-bad bg-bad-soft text-bad' : 'border-line bg-raised text-soft'}`}
              >
                {b.conflict ? t('bookings.conflict') : (b.channel ?? b.reason ?? t('bookings.blocked'))}
              </span>
            )
          );
        })}
        {bookings.filter(b => taking.has(b.status)).map(b => {
          const style = place(b.checkIn, b.checkOut);
          return (
            style && (
              <Link
                key={b.code}
                to="/bookings/$code"
                params={{ code: b.code }}
                style={style}
                onPointerDown={event => event.stopPropagation()}
                aria-label={`${unit.name}: ${b.guest?.name ?? b.code}, ${b.checkIn} – ${b.checkOut}, ${t(`status.${b.status}`)}`}
                className={`absolute top-1 z-[2] h-6 truncate rounded border px-1.5 text-[0.86rem] leading-5.5 font-medium ${looks[b.status]}`}
              >
                {b.guest?.name ?? b.code}
              </Link>
            )
          );
        })}
      </div>
    </div>
  );
}
