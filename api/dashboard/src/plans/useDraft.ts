import { useMemo, useState } from 'react';
import { draftOf, isChanged, isOvertaken, settled, type Draft, type PlanVersion } from './draft';

/** What a simulation begins with, as text; the input is made from the plan's schema until somebody writes one. */
export interface Trial {
  input?: string;
  mocks: string;
}

export interface Writing {
  draft: Draft;
  setDraft: (next: (now: Draft) => Draft) => void;
  changed: boolean;
  /** Somebody else has stored another text meanwhile. */
  overtaken: boolean;
  trial: Trial;
  setTrial: (next: Trial) => void;
}

/** The text of a plan and what it is tried with, kept beside the tabs that show them. */
export function useDraft(plan: PlanVersion | null): Writing {
  const [kept, setKept] = useState(() => draftOf(plan));
  const [trial, setTrial] = useState<Trial>({ mocks: '{}' });
  const draft = useMemo(() => settled(kept, plan), [kept, plan]);
  const changed = useMemo(() => isChanged(draft), [draft]);
  const overtaken = useMemo(() => isOvertaken(draft, plan), [draft, plan]);
  return { draft, setDraft: next => setKept(now => next(settled(now, plan))), changed, overtaken, trial, setTrial };
}
