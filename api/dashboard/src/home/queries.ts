import { queryOptions, useQuery } from '@tanstack/react-query';
import { addDays, today } from '../bookings/dates';
import { api, ask, type Schemas } from '../client/api';

export type Minute = Schemas['Throughput']['items'][number];

/** A list says no more than this many. */
const page = 100;

export const latestRuns = queryOptions({ queryKey: ['runs', 'latest'], queryFn: async () => (await ask(api.GET('/v1/runs', { params: { query: { limit: 8 } } }))).items });

/** How many runs are in a state now: to a hundred, above it "100+". */
export const runsOf = (status: 'RUNNING' | 'PENDING' | 'PAUSED') =>
  queryOptions({
    queryKey: ['counts', status],
    queryFn: async () => {
      const { items, nextCursor } = await ask(api.GET('/v1/runs', { params: { query: { status, limit: page } } }));
      return nextCursor ? `${page}+` : String(items.length);
    },
  });

/** Guests who come today, by the reader's calendar. */
export const arrivalsToday = queryOptions({
  queryKey: ['bookings', 'arrivals'],
  queryFn: async () => {
    const { items, nextCursor } = await ask(api.GET('/v1/bookings', { params: { query: { from: today(), to: addDays(today(), 1), limit: page } } }));
    const coming = items.filter(b => b.checkIn === today() && (b.status === 'confirmed' || b.status === 'checked_in')).length;
    return nextCursor ? `${coming}+` : String(coming);
  },
});

export const throughput = (hours: number) =>
  queryOptions({
    queryKey: ['throughput', hours],
    queryFn: async () => {
      const from = new Date(Date.now() - hours * 3_600_000).toISOString();
      return (await ask(api.GET('/v1/runs/throughput', { params: { query: { from, by: hours > 1 ? 'hour' : 'minute' } as never } }))).items;
    },
    refetchInterval: 30_000,
  });

export function sumOf(minutes: Minute[]) {
  const sum = { started: 0, completed: 0, failed: 0, cancelled: 0, durationMs: 0 };
  for (const m of minutes) {
    sum.started += m.started ?? 0;
    sum.completed += m.completed ?? 0;
    sum.failed += m.failed ?? 0;
    sum.cancelled += m.cancelled ?? 0;
    sum.durationMs += m.durationSumMs ?? 0;
  }
  return sum;
}

export function useProjections(enabled: boolean) {
  return useQuery({ queryKey: ['projections'], queryFn: async () => (await ask(api.GET('/v1/projections'))).items, refetchInterval: 5_000, enabled });
}
