import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { allPages } from '../client/allPages';
import { api, ask, type Schemas } from '../client/api';

export type Unit = Schemas['Unit'];
export type Booking = Schemas['Booking'];
export type UnitNights = Schemas['UnitCalendar'];
export type Entry = Schemas['CalendarEntry'];

/** No more pages of units than this are asked for. */
const pagesAtMost = 20;

export function useUnits() {
  return useQuery({ queryKey: ['units'], queryFn: () => allPages(pagesAtMost, query => ask(api.GET('/v1/units', { params: { query } }))) });
}

/** Every unit with what lies on its nights of `[from, to)`. While other nights are asked for, the units of those before stay. */
export function useNights(from: string, to: string) {
  return useQuery({
    queryKey: ['bookings', 'nights', from, to],
    queryFn: () => allPages(pagesAtMost, query => ask(api.GET('/v1/dashboards/calendar', { params: { query: { ...query, from, to } } }))),
    placeholderData: keepPreviousData,
  });
}

/** First parts of the keys of what a booking changes. */
export const bookingKeys = ['bookings', 'units'];
