import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { onceKeys } from '../client/onceKeys';
import { asProblem } from '../client/problem';
import { labelOf } from '../runs/search';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { parseJson } from '../ui/Json';
import { ProblemNote } from '../ui/States';
import { keptDefaults } from './defaults';
import { initialOf, isFormable, type InputSchema } from './schema';
import { SchemaFields } from './SchemaFields';

/** A form made from the plan's input schema, or the same as JSON where the schema is beyond forms. Begins with the input of an earlier run where there is one. */
export function StartDialog({ plan, input: earlier, onClose }: { plan: Schemas['Plan']; input?: unknown; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const schema = (typeof plan.inputSchema === 'object' ? plan.inputSchema : {}) as InputSchema;
  const formable = isFormable(schema);
  const [asJson, setAsJson] = useState(!formable);
  const [value, setValue] = useState<unknown>(() => earlier ?? initialOf(schema, keptDefaults()));
  const [text, setText] = useState(() => (formable || earlier == null ? '' : JSON.stringify(earlier, null, 2)));
  const [labels, setLabels] = useState('');
  const [priority, setPriority] = useState('');
  const [keyOf] = useState(() => onceKeys());
  const parsed = parseJson(text);
  const input = asJson ? parsed.value : value;
  const start = useAct({
    inline: true,
    act: () =>
      ask(
        api.POST('/v1/runs', {
          params: { header: { 'Idempotency-Key': keyOf([input, labels, priority]) } },
          body: { planRef: { planId: plan.planId, version: plan.version }, ...(input === undefined ? {} : { input }), context: contextOf(labels, priority) },
        }),
      ),
    changes: ['runs'],
    done: () => t('plans.started'),
    after: answer => void navigate({ to: '/runs/$runId', params: { runId: 'runId' in answer ? answer.runId : answer.resource.id } }),
  });
  const faults = start.error ? asProblem(start.error).errors : undefined;
  const empty = formable && Object.keys(schema.properties ?? {}).length === 0;
  return (
    <Dialog title={t('plans.startTitle', { plan: plan.planId })} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          if (!asJson || parsed.fault === undefined) start.mutate(undefined);
        }}
      >
        {plan.description && <p className="text-soft">{plan.description}</p>}
        {formable && !empty && (
          <Button
            small
            className="self-start"
            onClick={() => {
              if (asJson && parsed.fault === undefined) setValue(parsed.value);
              if (!asJson) setText(JSON.stringify(value, null, 2));
              setAsJson(!asJson);
            }}
          >
            {asJson ? t('plans.asForm') : t('plans.asJson')}
          </Button>
        )}
        {empty && <p className="text-soft">{t('plans.noInput')}</p>}
        {asJson ? (
          <Field label={t('plans.input')} fault={parsed.fault && t('common.invalidJson', { fault: parsed.fault })}>
            {field => <textarea {...field} className="field font-mono text-[0.93rem]" rows={10} spellCheck={false} value={text} onChange={e => setText(e.target.value)} />}
          </Field>
        ) : (
          <SchemaFields schema={schema} value={value} onChange={setValue} faults={faults ?? []} pointer="/input" />
        )}
        <details>
          <summary className="text-soft">{t('common.details')}</summary>
          <div className="mt-3 flex flex-col gap-4">
            <Field label={t('plans.labels')} note={t('plans.labelsNote')}>
              {field => <input {...field} value={labels} onChange={e => setLabels(e.target.value)} />}
            </Field>
            <Field label={t('plans.priority')} note={t('plans.priorityNote')}>
              {field => <input {...field} type="number" min={0} max={9} value={priority} onChange={e => setPriority(e.target.value)} />}
            </Field>
          </div>
        </details>
        {start.error && <ProblemNote fault={start.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={start.isPending}>
            {t('plans.startNow')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function contextOf(labels: string, priority: string): { labels?: Record<string, string>; priority?: number } {
  const pairs = labels.split(',').flatMap(p => labelOf(p) ?? []);
  return { ...(pairs.length > 0 ? { labels: Object.fromEntries(pairs.map(p => [p.key, p.value])) } : {}), ...(priority === '' ? {} : { priority: Number(priority) }) } as never;
}
