import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
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

const Graph = lazy(() => import('../graph/Graph').then(m => ({ default: m.Graph })));

/** What the plan would do, in milliseconds, on a virtual clock. */
export function Simulate({ plan }: { plan: Schemas['Plan'] }) {
  const { t } = useTranslation();
  const [input, setInput] = useState(() => JSON.stringify(initialOf((typeof plan.inputSchema === 'object' ? plan.inputSchema : {}) as InputSchema, keptDefaults()) ?? {}, null, 2));
  const [mocks, setMocks] = useState('{}');
  const parsedInput = parseJson(input);
  const parsedMocks = parseJson(mocks);
  const simulate = useMutation({
    mutationFn: () => ask(api.POST('/v1/plans/simulate', { body: { plan, input: parsedInput.value, mocks: parsedMocks.value ?? {} } as never })),
  });
  const made = simulate.data;
  const view = useMemo(() => (made ? fold(made.events) : null), [made]);
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
        <Field label={t('plans.input')} fault={parsedInput.fault && t('common.invalidJson', { fault: parsedInput.fault })}>
          {field => <textarea {...field} className="field font-mono text-[0.93rem]" rows={6} spellCheck={false} value={input} onChange={e => setInput(e.target.value)} />}
        </Field>
        <Field label={t('plans.mocks')} note={t('plans.mocksNote')} fault={parsedMocks.fault && t('common.invalidJson', { fault: parsedMocks.fault })}>
          {field => <textarea {...field} className="field font-mono text-[0.93rem]" rows={6} spellCheck={false} value={mocks} onChange={e => setMocks(e.target.value)} />}
        </Field>
        <Button type="submit" look="primary" className="self-start" busy={simulate.isPending}>
          {t('plans.simulateNow')}
        </Button>
        {simulate.error && <ProblemNote fault={simulate.error} />}
      </form>
      {made && view && (
        <div className="flex min-w-0 flex-col gap-4" role="status">
          <p className="flex flex-wrap items-center gap-2">
            {t('plans.takes', { duration: isoDuration(made.duration) })} <Status of={made.status} sub={made.substatus} />
          </p>
          {made.error && (
            <p className="rounded-md bg-bad-soft p-3">
              <code className="font-mono text-bad">{made.error.code}</code> {made.error.message}
            </p>
          )}
          {made.waitsFor.length > 0 && (
            <p className="text-warn">
              {t('plans.waitsFor')}: {made.waitsFor.map(w => `${w.stepId ?? ''} ${w.name ?? w.for}`).join(', ')}
            </p>
          )}
          <div className="overflow-hidden rounded-md border border-line">
            <Suspense fallback={<Skeleton />}>
              <Graph steps={plan.steps} states={view.steps} />
            </Suspense>
          </div>
          <Gantt view={view} chosen={undefined} onChoose={() => undefined} moving={false} />
          {made.output !== undefined && <Json value={made.output} label={t('run.output')} />}
          {made.assumptions.length > 0 && (
            <details>
              <summary className="text-soft">{t('plans.assumed')}</summary>
              <Json value={made.assumptions} label={t('plans.assumed')} />
            </details>
          )}
        </div>
      )}
    </div>
  );
}
