import type { components } from '../client/schema';

export type HeldSlot = components['schemas']['HeldSlot'];
export type SeenQueue = components['schemas']['SeenQueue'];

function groups<K, T>(all: readonly T[], keyOf: (one: T) => K): [K, T[]][] {
  const found = new Map<K, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = found.get(key);
    if (group) group.push(one);
    else found.set(key, [one]);
  }
  return [...found];
}

export interface DomainSlots {
  domain: string;
  held: number;
  total: number;
  /** Those with the most first; without a name one that has not been heard of. */
  holders: { name: string | undefined; slots: number }[];
}

export function byDomain(slots: readonly HeldSlot[]): DomainSlots[] {
  return groups(slots, s => s.domain).map(([domain, all]) => {
    const held = all.filter(s => s.state === 'held');
    const holders = groups(held, s => s.process).map(([name, of]) => ({ name, slots: of.length }));
    return { domain, held: held.length, total: all.length, holders: holders.sort((a, b) => b.slots - a.slots || (a.name ?? '').localeCompare(b.name ?? '')) };
  });
}

export interface QueueFamily {
  name: string;
  queues: number;
  messages: number;
  consumers: number;
  parked: number;
  deadLetters: number;
}

/** The queues of a domain's slots as one, and those of all kinds of steps. */
export function families(queues: readonly SeenQueue[]): QueueFamily[] {
  return groups(queues, q => q.name.split('.').slice(0, 2).join('.')).map(([name, of]) => {
    const sum = (field: 'messages' | 'consumers' | 'parked' | 'deadLetters') => of.reduce((all, q) => all + q[field], 0);
    return { name, queues: of.length, messages: sum('messages'), consumers: sum('consumers'), parked: sum('parked'), deadLetters: sum('deadLetters') };
  });
}

/** In the order in which people count: dvt.runs.2 before dvt.runs.10. */
export function counted<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  return [...all].sort((a, b) => nameOf(a).localeCompare(nameOf(b), 'en', { numeric: true }));
}
