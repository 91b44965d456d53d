import { Link } from '@tanstack/react-router';
import { type CSSProperties, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addDays, daysOf, within } from './dates';
import type { StayWish } from './NewBooking';
import type { Entry, UnitNights } from './queries';

const looks: Record<string, string> = { held: 'bg-warn-soft text-warn border-warn', confirmed: 'bg-ok-soft text-ok border-ok', checked_in: 'bg-info-soft text-info border-info', completed: 'bg-raised text-soft border-line' };

/** The nights of one unit. A drag over free ones asks for a booking of them. Nights that are not known yet look like nothing, least of all free. */
export function CalendarRow({ unit, month, known, onWish }: { unit: UnitNights; month: string; known: boolean; onWish: ((wish: StayWish) => void) | undefined }) {
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
      {known ? (
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
          {unit.entries.map(entry => {
            const style = place(entry.from, entry.to);
            return style && (entry.type === 'booking' ? <Stay key={entry.id} unit={unit.name} entry={entry} style={style} /> : <Block key={entry.id} entry={entry} style={style} />);
          })}
        </div>
      ) : (
        <div className="flex h-11 flex-1 items-center border-l border-line px-1">
          <span className="skeleton h-6 w-full" />
        </div>
      )}
    </div>
  );
}

function Stay({ unit, entry, style }: { unit: string; entry: Entry; style: CSSProperties }) {
  const { t } = useTranslation();
  const name = entry.guest ?? entry.code!;
  return (
    <Link
      to="/bookings/$code"
      params={{ code: entry.code! }}
      style={style}
      onPointerDown={event => event.stopPropagation()}
      aria-label={`${unit}: ${name}, ${entry.from} – ${entry.to}, ${t(`status.${entry.status as 'held'}`)}`}
      className={`absolute top-1 z-[2] h-6 truncate rounded border px-1.5 text-[0.86rem] leading-5.5 font-medium ${looks[entry.status]}`}
    >
      {name}
    </Link>
  );
}

function Block({ entry, style }: { entry: Entry; style: CSSProperties }) {
  const { t } = useTranslation();
  const conflict = entry.status === 'conflict';
  return (
    <span
      style={style}
      title={[t('bookings.blocked'), entry.channel, entry.text].filter(Boolean).join(' ')}
      className={`absolute bottom-0.5 z-[1] h-4 truncate rounded border px-1 text-[0.78rem] leading-4 ${conflict ? 'border-bad bg-bad-soft text-bad' : 'border-line bg-raised text-soft'}`}
    >
      {conflict ? t('bookings.conflict') : (entry.channel ?? entry.text ?? t('bookings.blocked'))}
    </span>
  );
}
