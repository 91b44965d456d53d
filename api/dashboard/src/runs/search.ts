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

/** A label as it is written: its name, and behind the first `=` its value, which may have more of them; null when it is none. */
export function labelOf(label: string): { key: string; value: string } | null {
  const at = label.indexOf('=');
  const [key, value] = [label.slice(0, at).trim(), label.slice(at + 1).trim()];
  return at > 0 && key && value ? { key, value } : null;
}

/** As the API's query. */
export function asQuery(search: RunsSearch): Record<string, string> {
  const { label, from, to, ...rest } = search;
  const query: Record<string, string> = { ...rest };
  if (from) query.from = new Date(from).toISOString();
  if (to) query.to = new Date(to).toISOString();
  const named = label === undefined ? null : labelOf(label);
  if (named) query[`label.${named.key}`] = named.value;
  return query;
}

export type LeftOut = 'archived' | 'label';

/** As the filter of a bulk job; the parts that it has no word for are named, since without them it would choose other runs. */
export function asFilter(search: RunsSearch): { filter: object; leftOut: LeftOut[] } {
  const { sort: _, archived, label, from, to, ...rest } = search;
  const named = label === undefined ? null : labelOf(label);
  return {
    filter: {
      ...rest,
      ...(from ? { from: new Date(from).toISOString() } : {}),
      ...(to ? { to: new Date(to).toISOString() } : {}),
      ...(named ? { labels: { [named.key]: named.value } } : {}),
    },
    leftOut: [...(archived ? (['archived'] as const) : []), ...(label !== undefined && !named ? (['label'] as const) : [])],
  };
}

/** Why not all that match can be signalled at once; null when they can. */
export function hindranceOf(search: RunsSearch): LeftOut | 'everything' | null {
  const { filter, leftOut } = asFilter(search);
  return leftOut[0] ?? (Object.keys(filter).length === 0 ? 'everything' : null);
}
