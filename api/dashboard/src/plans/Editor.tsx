import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import type { PlanStep } from '../graph/layout';
import { asProblem } from '../client/problem';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { parseJson } from '../ui/Json';
import { ProblemNote, Skeleton } from '../ui/States';
import { CodeArea } from './CodeArea';
import { ConflictNote } from './ConflictNote';
import { baseOf, replacedBy } from './draft';
import { lineOf, locate, placesOf } from './locate';
import type { Writing } from './useDraft';

const Graph = lazy(() => import('../graph/Graph').then(m => ({ default: m.Graph })));

const conflicts = ['VERSION_CONFLICT', 'REVISION_MISMATCH', 'precondition_failed'];

/** The plan as text, its faults at their lines, its drawing beside it. */
export function Editor({ writing }: { writing: Writing }) {
  const { t } = useTranslation();
  const may = useMay('plans.write');
  const navigate = useNavigate();
  const { draft, setDraft, changed, overtaken } = writing;
  const { text, base } = draft;
  const setText = (next: string) => setDraft(now => ({ ...now, text: next }));
  const area = useRef<HTMLTextAreaElement>(null);
  const rested = useDeferredValue(text);
  const parsed = parseJson(rested);
  const document = parsed.value as Schemas['Plan'] | undefined;
  const check = useQuery({
    queryKey: ['planCheck', rested],
    queryFn: async ({ signal }) => {
      // Asked only once the writing rests.
      await new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, 400);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(new DOMException('', 'AbortError'));
        });
      });
      return ask(api.POST('/v1/plans/validate', { body: document!, signal }));
    },
    enabled: parsed.fault === undefined && typeof document === 'object',
    retry: false,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const faults = useMemo(() => {
    if (parsed.fault !== undefined || !check.data) return [];
    const places = placesOf(rested);
    return check.data.errors.map(f => {
      const place = locate(places, f.pointer);
      return { ...f, place, line: lineOf(rested, place.start) };
    });
  }, [parsed.fault, check.data, rested]);
  const steps = useMemo(() => drawable(document), [document]);
  const faulty = useMemo(() => new Set(faults.flatMap(f => steps?.[Number(/^\/steps\/(\d+)/.exec(f.pointer)?.[1] ?? -1)]?.stepId ?? [])), [faults, steps]);
  const save = useAct({
    inline: true,
    act: async ({ publish, body }: { publish: boolean; body: Schemas['Plan'] }) => {
      const replaced = replacedBy(draft, body);
      if (!replaced) return { body, saved: await ask(api.POST('/v1/plans', { params: { query: publish ? { publish: true } : {} }, body })) };
      const path = { planId: replaced.planId, version: replaced.version };
      let revision: number | null = replaced.revision;
      if (changed || !publish) {
        const saved = await ask(api.PUT('/v1/plans/{planId}/versions/{version}', { params: { path, header: { 'If-Match': `"${revision}"` } }, body }));
        // Kept at once: should publishing fail, the draft is saved all the same.
        if ('document' in saved) setDraft(now => ({ ...now, base: baseOf(saved) }));
        revision = 'document' in saved ? saved.revision : null;
        if (!publish) return { body, saved };
      }
      return { body, saved: await ask(api.POST('/v1/plans/{planId}/versions/{version}/publish', { params: { path, header: revision === null ? {} : { 'If-Match': `"${revision}"` } }, body: {} })) };
    },
    changes: ['plans'],
    done: ({ saved }) => ('state' in saved && saved.state === 'published' ? t('plans.publishedNow') : t('plans.saved')),
    after: ({ body, saved }) => {
      if ('document' in saved) setDraft(now => ({ ...now, base: baseOf(saved) }));
      void navigate({ to: '/plans/$planId', params: { planId: body.planId }, search: { version: body.version, tab: 'edit' }, ignoreBlocker: true });
    },
  });
  const refused = save.error && conflicts.includes(asProblem(save.error).code) ? save.variables.body : null;
  const conflict = refused && refused.version === document?.version ? refused : overtaken ? base : null;
  const show = (start: number, end: number) => {
    area.current?.focus();
    area.current?.setSelectionRange(start, Math.min(end, start + 400));
  };
  const bad = parsed.fault !== undefined || faults.length > 0;
  return (
    <div className="grid gap-4 p-4 xl:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-3">
        <div className="flex flex-wrap items-center gap-2">
          {may && (
            <>
              <Button look="primary" busy={save.isPending} disabled={bad} onClick={() => save.mutate({ publish: true, body: JSON.parse(text) as Schemas['Plan'] })}>
                {t('plans.publish')}
              </Button>
              <Button busy={save.isPending} disabled={bad} onClick={() => save.mutate({ publish: false, body: JSON.parse(text) as Schemas['Plan'] })}>
                {t('plans.saveDraft')}
              </Button>
            </>
          )}
          <Button look="quiet" disabled={parsed.fault !== undefined} onClick={() => setText(JSON.stringify(JSON.parse(text), null, 2))}>
            {t('plans.format')}
          </Button>
          {changed && <span className="text-warn">{t('plans.unsaved')}</span>}
        </div>
        <p className="text-soft">{t('plans.publishNote')}</p>
        {save.error && <ProblemNote fault={save.error} />}
        {conflict && (
          <ConflictNote
            key={conflict.version}
            planId={conflict.planId}
            version={conflict.version}
            text={text}
            onDecide={next => {
              save.reset();
              setDraft(next);
            }}
          />
        )}
        <CodeArea area={area} label={t('plans.editor')} text={text} onChange={setText} marked={new Set(faults.map(f => f.line))} />
      </div>
      <div className="flex min-w-0 flex-col gap-3">
        <div role="status" aria-live="polite">
          {parsed.fault !== undefined ? (
            <p className="text-bad">
              {t('plans.notJson')}: {parsed.fault}
            </p>
          ) : check.error ? (
            <ProblemNote fault={check.error} />
          ) : !check.data ? (
            <p className="text-soft">{t('plans.checking')}</p>
          ) : faults.length === 0 ? (
            <p className="text-ok">{t('plans.valid')}</p>
          ) : (
            <p className="font-medium text-bad">{t('plans.faults', { count: faults.length })}</p>
          )}
        </div>
        {faults.length > 0 && (
          <ul className="flex max-h-56 flex-col divide-y divide-line overflow-y-auto rounded-md border border-line">
            {faults.map((f, i) => (
              <li key={i}>
                <button type="button" className="flex w-full flex-col px-3 py-1.5 text-left hover:bg-raised" onClick={() => show(f.place.start, f.place.end)}>
                  <span>{f.message}</span>
                  <span className="font-mono text-[0.86rem] text-soft">
                    {t('plans.line', { line: f.line })} · {f.pointer} · {f.code}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
        {steps && steps.length > 0 && (
          <div className="overflow-hidden rounded-md border border-line">
            <Suspense fallback={<Skeleton />}>
              <Graph
                steps={steps}
                faults={faulty}
                onChoose={id => {
                  const index = steps.findIndex(s => s.stepId === id);
                  if (parsed.fault !== undefined || index < 0) return;
                  const place = locate(placesOf(rested), `/steps/${index}`);
                  show(place.start, place.end);
                }}
              />
            </Suspense>
          </div>
        )}
        <p className="text-[0.93rem] text-soft">{t('plans.draw')}</p>
      </div>
    </div>
  );
}

/** Steps as far as they can be drawn: each id once, each dependency there, nothing in a circle. */
function drawable(document: unknown): PlanStep[] | null {
  const steps = (document as { steps?: unknown } | undefined)?.steps;
  if (!Array.isArray(steps)) return null;
  const named = (steps as PlanStep[]).filter(s => typeof s?.stepId === 'string' && typeof s.kind === 'string');
  const ids = new Set(named.map(s => s.stepId));
  if (ids.size !== named.length) return null;
  return named.map(s => (Array.isArray(s.dependsOn) ? { ...s, dependsOn: s.dependsOn.filter(d => ids.has(d) && d !== s.stepId) } : s));
}
