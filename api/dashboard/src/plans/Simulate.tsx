import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { fold } from '../run/fold';
import { Gantt } from '../run/Gantt';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Json, parseJson } from '../ui/Json';
import { ProblemNote, Skeleton } from '../ui/States';
import { Status } from '../ui/Status';
import { isoDuration } from '../ui/format';
import { keptDefaults } from './defaults';
import { initialOf, type InputSchema } from './schema';
import type { Writing } from './useDraft';

const Graph = lazy(() => import('../graph/Graph').then(m => ({ default: m.Graph })));

/** What the plan would do as it is written now, in milliseconds, on a virtual clock. */
export function Simulate({ writing }: { writing: Writing }) {
  const { t } = useTranslation();
  const { draft, changed, trial, setTrial } = writing;
  const written = useMemo(() => parseJson(draft.text), [draft.text]);
  const plan = (written.value ?? {}) as Schemas['Plan'];
  const made = useMemo(() => JSON.stringify(initialOf((typeof plan.inputSchema === 'object' ? plan.inputSchema : {}) as InputSchema, keptDefaults()) ?? {}, null, 2), [plan.inputSchema]);
  const { input = made, mocks } = trial;
  const parsedInput = parseJson(input);
  const parsedMocks = parseJson(mocks);
  const simulate = useMutation({
    mutationFn: () => ask(api.POST('/v1/plans/simulate', { body: { plan, input: parsedInput.value, mocks: parsedMocks.value ?? {} } as never })),
  });
  const outcome = simulate.data;
  const view = useMemo(() => (outcome ? fold(outcome.events) : null), [outcome]);
  return (
    <div className="grid gap-4 p-4 xl:grid-cols-[24rem_minmax(0,1fr)]">
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          if (parsedInput.fault === undefined && parsedMocks.fault === undefined) simulate.mutate();
        }}
      >
        <p className="text-soft">{t('plans.simulateNote')}</p>
        {changed && <p className="text-warn">{t('plans.simulateUnsaved')}</p>}
        {written.fault !== undefined && (
          <p className="text-bad" role="alert">
            {t('plans.notJson')}: {written.fault}
          </p>
        )}
        <Field label={t('plans.input')} fault={parsedInput.fault && t('common.invalidJson', { fault: parsedInput.fault })}>
          {field => <textarea {...field} className="field font-mono text-[0.93rem]" rows={6} spellCheck={false} value={input} onChange={e => setTrial({ ...trial, input: e.target.value })} />}
        </Field>
        <Field label={t('plans.mocks')} note={t('plans.mocksNote')} fault={parsedMocks.fault && t('common.invalidJson', { fault: parsedMocks.fault })}>
          {field => <textarea {...field} className="field font-mono text-[0.93rem]" rows={6} spellCheck={false} value={mocks} onChange={e => setTrial({ ...trial, mocks: e.target.value })} />}
        </Field>
        <Button type="submit" look="primary" className="self-start" busy={simulate.isPending} disabled={written.fault !== undefined}>
          {t('plans.simulateNow')}
        </Button>
        {simulate.error && <ProblemNote fault={simulate.error} />}
      </form>
      {outcome && view && (
        <div className="flex min-w-0 flex-col gap-4" role="status">
          <p className="flex flex-wrap items-center gap-2">
            {t('plans.takes', { duration: isoDuration(outcome.duration) })} <Status of={outcome.status} sub={outcome.substatus} />
          </p>
          {outcome.error && (
            <p className="rounded-md bg-bad-soft p-3">
              <code className="font-mono text-bad">{outcome.error.code}</code> {outcome.error.message}
            </p>
          )}
          {outcome.waitsFor.length > 0 && (
            <p className="text-warn">
              {t('plans.waitsFor')}: {outcome.waitsFor.map(w => `${w.stepId ?? ''} ${w.name ?? w.for}`).join(', ')}
            </p>
          )}
          <div className="overflow-hidden rounded-md border border-line">
            <Suspense fallback={<Skeleton />}>
              <Graph steps={plan.steps} states={view.steps} />
            </Suspense>
          </div>
          <Gantt view={view} chosen={undefined} onChoose={() => undefined} moving={false} />
          {outcome.output !== undefined && <Json value={outcome.output} label={t('run.output')} />}
          {outcome.assumptions.length > 0 && (
            <details>
              <summary className="text-soft">{t('plans.assumed')}</summary>
              <Json value={outcome.assumptions} label={t('plans.assumed')} />
            </details>
          )}
        </div>
      )}
    </div>
  );
}
