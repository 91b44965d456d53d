import { asProblem, type Problem } from '../client/problem';

export interface Outcome {
  done: string[];
  refused: string[];
  /** The first refusal. */
  fault: unknown;
}

/** Does it to one letter after the other, in order, and goes on behind a refusal; only when nothing answers any more it stops, and the rest counts as refused. */
export async function each(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<Outcome> {
  const outcome: Outcome = { done: [], refused: [], fault: undefined };
  for (const [i, id] of ids.entries()) {
    try {
      await act(id);
      outcome.done.push(id);
    } catch (fault) {
      outcome.fault ??= fault;
      if (isAway(asProblem(fault))) {
        outcome.refused.push(...ids.slice(i));
        break;
      }
      outcome.refused.push(id);
    }
  }
  return outcome;
}

const isAway = ({ status }: Problem) => status === 0 || status === 401 || status === 403 || status === 429 || status >= 500;

/** Asks again for as long as the answer says that there is more of it, but for no more than were there: what fails anew comes back at the end. */
export async function untilNoMore<T>(there: number, act: () => Promise<{ items: T[]; more: boolean }>): Promise<number> {
  let count = 0;
  for (;;) {
    const { items, more } = await act();
    count += items.length;
    if (!more || items.length === 0 || count >= there) return count;
  }
}
