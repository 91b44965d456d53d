export const runStatuses = ['PENDING', 'APPROVED', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
export type RunStatus = (typeof runStatuses)[number];

export const runSorts = ['-queuedAt', 'queuedAt', '-finishedAt', 'finishedAt'] as const;
export type RunSort = (typeof runSorts)[number];

/** Filters of the list of runs as the address holds them. */
export interface RunsSearch {
  status?: RunStatus;
  planId?: string;
  version?: string;
  q?: string;
  /** Moments as `2026-03-01T09:00`, in the time of the reader. */
  from?: string;
  to?: string;
  /** `channel=whatsapp`. */
  label?: string;
  sort?: RunSort;
  archived?: 'true';
}

const one = <T extends string>(value: unknown, of: readonly T[]): T | undefined => of.find(x => x === value);
const words = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined);

/** What is not understood is left out, so that an old link still opens. */
export function runsSearch(given: Record<string, unknown>): RunsSearch {
  const moment = (value: unknown) => (Number.isNaN(Date.parse(String(value))) ? undefined : words(value));
  return whole({
    status: one(given.status, runStatuses),
    planId: words(given.planId),
    version: words(given.version),
    q: words(given.q),
    from: moment(given.from),
    to: moment(given.to),
    label: words(given.label),
    sort: one(given.sort, runSorts),
    archived: given.archived === 'true' || given.archived === true ? 'true' : undefined,
  });
}

function whole(search: { [K in keyof RunsSearch]: RunsSearch[K] | undefined }): RunsSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}

/** As the API's query. */
export function asQuery(search: RunsSearch): Record<string, string> {
  const { label, from, to, ...rest } = search;
  const query: Record<string, string> = { ...rest };
  if (from) query.from = new Date(from).toISOString();
  if (to) query.to = new Date(to).toISOString();
  const [key, value] = label?.split('=', 2) ?? [];
  if (key && value) query[`label.${key.trim()}`] = value.trim();
  return query;
}

/** As the filter of a bulk job; the parts that it has no word for are named. */
export function asFilter(search: RunsSearch): { filter: object; leftOut: string[] } {
  const { sort: _, archived, label, from, to, ...rest } = search;
  const [key, value] = label?.split('=', 2) ?? [];
  return {
    filter: {
      ...rest,
      ...(from ? { from: new Date(from).toISOString() } : {}),
      ...(to ? { to: new Date(to).toISOString() } : {}),
      ...(key && value ? { labels: { [key.trim()]: value.trim() } } : {}),
    },
    leftOut: archived ? ['archived'] : [],
  };
}
