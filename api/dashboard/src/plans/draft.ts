import type { Schemas } from '../client/api';

export type PlanVersion = Schemas['PlanSummary'] & { document: Schemas['Plan'] };

/** What the text was made from, as it was stored then. */
export interface Base {
  planId: string;
  version: string;
  state: PlanVersion['state'];
  revision: number;
  text: string;
}

/** A plan as it is being written. `base` is null as long as nothing of it is stored. */
export interface Draft {
  text: string;
  base: Base | null;
}

const starter = { planId: 'my-plan', version: '1.0.0', name: '', inputSchema: { type: 'object', properties: {} }, steps: [{ stepId: 'begin', kind: 'noop' }] };

const pretty = (value: unknown) => JSON.stringify(value, null, 2);

export function baseOf({ planId, version, state, revision, document }: PlanVersion): Base {
  return { planId, version, state, revision, text: pretty(document) };
}

export function draftOf(plan: PlanVersion | null): Draft {
  return plan ? { text: pretty(plan.document), base: baseOf(plan) } : { text: pretty(starter), base: null };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, of]) => [key, sorted(of)]));
}

/** The same for two texts that say the same, whatever their order and spaces; a text that is no JSON is itself. */
export function tidy(text: string): string {
  try {
    return pretty(sorted(JSON.parse(text)));
  } catch {
    return text;
  }
}

const same = (a: string, b: string) => a === b || tidy(a) === tidy(b);

/** Whether something would be lost without saving. */
export function isChanged({ text, base }: Draft): boolean {
  return !same(text, base?.text ?? pretty(starter));
}

/** The draft once it is known what is stored now: that is taken over as far as nothing written here is lost. */
export function settled(draft: Draft, plan: PlanVersion | null): Draft {
  const { text, base } = draft;
  if (!plan || !base || base.planId !== plan.planId || base.version !== plan.version || plan.revision <= base.revision) return draft;
  const now = baseOf(plan);
  if (same(text, now.text) || same(base.text, now.text)) return { text, base: now };
  return isChanged(draft) ? draft : { text: now.text, base: now };
}

/** Somebody else has stored another text since this one was loaded. */
export function isOvertaken(draft: Draft, plan: PlanVersion | null): boolean {
  const { base } = settled(draft, plan);
  return plan !== null && base !== null && base.planId === plan.planId && base.version === plan.version && plan.revision > base.revision;
}

/** The draft that saving replaces, with the revision of the text that was loaded; null when saving makes a new version. */
export function replacedBy({ base }: Draft, document: { planId?: unknown; version?: unknown }): Base | null {
  return base?.state === 'draft' && base.planId === document.planId && base.version === document.version ? base : null;
}
