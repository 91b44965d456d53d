import { useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../client/api';

export type Unit = Schemas['Unit'];
export type Booking = Schemas['Booking'];
export type BookingRow = Schemas['BookingList']['items'][number];
export type Block = Schemas['Block'];

/** A calendar asks for no more than this many pages of a list. */
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

export function useBookingsBetween(from: string, to: string) {
  return useQuery({ queryKey: ['bookings', 'between', from, to], queryFn: () => all(cursor => ask(api.GET('/v1/bookings', { params: { query: { ...next(cursor), from, to } } }))) });
}

export function useBlocksBetween(units: readonly Unit[] | undefined, from: string, to: string) {
  return useQuery({
    queryKey: ['bookings', 'blocks', from, to, units?.map(u => u.unitId)],
    queryFn: async () => (await Promise.all(units!.map(u => all(cursor => ask(api.GET('/v1/units/{unitId}/blocks', { params: { path: { unitId: u.unitId }, query: { ...next(cursor), from, to } } })))))).flat(),
    enabled: units !== undefined,
  });
}

/** First parts of the keys of what a booking changes. */
export const bookingKeys = ['bookings', 'units'];
