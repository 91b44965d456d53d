import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../client/api';

export type Unit = Schemas['Unit'];
export type Booking = Schemas['Booking'];
export type UnitNights = Schemas['UnitCalendar'];
export type Entry = Schemas['CalendarEntry'];

/** No more pages of units than this are asked for. */
const pagesAtMost = 20;

export async function all<T>(page: (cursor?: string) => Promise<{ items: T[]; nextCursor?: string | null }>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < pagesAtMost; n++) {
    const answer = await page(cursor);
    items.push(...answer.items);
    cursor = answer.nextCursor ?? undefined;
    if (!cursor) break;
  }
  return items;
}

const next = (cursor?: string) => ({ limit: 100, ...(cursor ? { cursor } : {}) });

export function useUnits() {
  return useQuery({ queryKey: ['units'], queryFn: () => all(cursor => ask(api.GET('/v1/units', { params: { query: next(cursor) } }))) });
}

/** Every unit with what lies on its nights of `[from, to)`. While other nights are asked for, the units of those before stay. */
export function useNights(from: string, to: string) {
  return useQuery({
    queryKey: ['bookings', 'nights', from, to],
    queryFn: () => all(cursor => ask(api.GET('/v1/dashboards/calendar', { params: { query: { ...next(cursor), from, to } } }))),
    placeholderData: keepPreviousData,
  });
}

/** First parts of the keys of what a booking changes. */
export const bookingKeys = ['bookings', 'units'];
