import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { asProblem } from '../client/problem';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { parseJson } from '../ui/Json';
import { ProblemNote } from '../ui/States';
import { moment } from '../ui/format';
import type { Schedule } from './Schedules';

const catchUps = ['none', 'last', 'all'] as const;

export function ScheduleDialog({ schedule, onClose }: { schedule: Schedule | null; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(schedule?.name ?? '');
  const [planId, setPlanId] = useState(schedule?.planRef.planId ?? '');
  const [version, setVersion] = useState(schedule?.planRef.version ?? '');
  const [cron, setCron] = useState(schedule?.cron ?? '0 0 9 ? * MON-FRI');
  const [timeZone, setTimeZone] = useState(schedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [catchUp, setCatchUp] = useState<Schemas['CatchUp']>(schedule?.catchUp ?? 'none');
  const [jitter, setJitter] = useState(schedule?.jitter ?? '');
  const [input, setInput] = useState(schedule?.input === undefined ? '' : JSON.stringify(schedule.input, null, 2));
  const parsed = parseJson(input);
  const rested = useDeferredValue(cron);
  const preview = useQuery({
    queryKey: ['schedulePreview', rested, timeZone],
    queryFn: () => ask(api.POST('/v1/schedules/preview', { body: { cron: rested, timeZone, count: 3 } })),
    enabled: rested.trim() !== '',
    retry: false,
    staleTime: 60_000,
  });
  const plans = useQuery({ queryKey: ['plans', 'names'], queryFn: async () => [...new Set((await ask(api.GET('/v1/plans', { params: { query: { state: 'published', limit: 100 } } }))).items.map(p => p.planId))] });
  const save = useAct({
    inline: true,
    act: () => {
      const body = { planRef: { planId, ...(version ? { version } : {}) }, cron, timeZone, catchUp, ...(name ? { name } : {}), ...(jitter ? { jitter } : {}), ...(parsed.value === undefined ? {} : { input: parsed.value }) };
      return schedule
        ? ask(api.PATCH('/v1/schedules/{scheduleId}', { params: { path: { scheduleId: schedule.scheduleId }, header: { 'If-Match': `"${schedule.revision}"` } }, body }))
        : ask(api.POST('/v1/schedules', { body: { ...body, enabled: true } }));
    },
    changes: ['schedules'],
    done: () => t('schedules.saved'),
    after: onClose,
  });
  return (
    <Dialog title={schedule ? t('schedules.edit') : t('schedules.new')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          if (parsed.fault === undefined) save.mutate(undefined);
        }}
      >
        <Field label={`${t('common.name')} (${t('common.optional')})`}>{field => <input {...field} value={name} onChange={e => setName(e.target.value)} />}</Field>
        <div className="grid gap-4 sm:grid-cols-[1fr_8rem]">
          <Field label={t('schedules.plan')} note={t('schedules.planNote')} required>
            {field => (
              <>
                <input {...field} list="plans" value={planId} onChange={e => setPlanId(e.target.value)} />
                <datalist id="plans">
                  {plans.data?.map(p => <option key={p} value={p} />)}
                </datalist>
              </>
            )}
          </Field>
          <Field label={t('plans.version')}>{field => <input {...field} value={version} onChange={e => setVersion(e.target.value)} />}</Field>
        </div>
        <Field label={t('schedules.cron')} note={t('schedules.cronNote')} fault={preview.error ? (asProblem(preview.error).errors?.[0]?.message ?? asProblem(preview.error).detail) : undefined} required>
          {field => <input {...field} className="field font-mono" value={cron} onChange={e => setCron(e.target.value)} />}
        </Field>
        {preview.data && (
          <p className="text-soft" role="status">
            {t('schedules.nextAll')}: {preview.data.items.map(o => moment(o.occurrence)).join(' · ')}
          </p>
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('schedules.zone')} required>{field => <input {...field} value={timeZone} onChange={e => setTimeZone(e.target.value)} />}</Field>
          <Field label={t('schedules.jitter')} note={t('schedules.jitterNote')}>{field => <input {...field} value={jitter} onChange={e => setJitter(e.target.value)} />}</Field>
        </div>
        <Field label={t('schedules.catchUp')}>
          {field => (
            <select {...field} value={catchUp} onChange={e => setCatchUp(e.target.value as Schemas['CatchUp'])}>
              {catchUps.map(c => (
                <option key={c} value={c}>
                  {t(`schedules.catchUps.${c}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('schedules.input')} fault={parsed.fault && t('common.invalidJson', { fault: parsed.fault })}>
          {field => <textarea {...field} className="field font-mono text-[0.93rem]" rows={4} spellCheck={false} value={input} onChange={e => setInput(e.target.value)} />}
        </Field>
        {save.error && <ProblemNote fault={save.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            {t('common.save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
