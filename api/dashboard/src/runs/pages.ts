/** Pages of a list as they were loaded, newest rows first. */
interface Pages<T> {
  pages: { items: T[] }[];
  pageParams: unknown[];
}

/** Which page holds the row with this number. */
export function pageAt<T>({ pages }: Pages<T>, index: number): number {
  let behind = 0;
  const at = pages.findIndex(page => (behind += page.items.length) > index);
  return at < 0 ? pages.length - 1 : at;
}

/** The rows stay where they are; those that came again are shown as they are now. */
export function renewed<R extends { runId: string }, P extends Pages<R>>(of: P, came: readonly R[]): P {
  const now = new Map(came.map(row => [row.runId, row]));
  return { ...of, pages: of.pages.map(page => ({ ...page, items: page.items.map(row => now.get(row.runId) ?? row) })) };
}

/** How many of those that came are not in the list. */
export function newIn<R extends { runId: string }>(of: Pages<R>, came: readonly R[]): number {
  const known = new Set(of.pages.flatMap(page => page.items.map(row => row.runId)));
  return came.filter(row => !known.has(row.runId)).length;
}

/** The first page alone: what a list is asked for anew, however far somebody went down. */
export function firstOf<T, P extends Pages<T>>(of: P): P {
  return { ...of, pages: of.pages.slice(0, 1), pageParams: of.pageParams.slice(0, 1) };
}
