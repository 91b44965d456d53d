import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { ProblemNote } from '../ui/States';
import { bookingKeys, type Unit } from './queries';

const types = ['cabin', 'apartment', 'house', 'room'] as const;

/** What the API gives and does not take back. */
const given = ['unitId', 'revision', 'createdAt', 'changedAt'] as const;

/** A unit with what most need; what else it says stays as it is. */
export function UnitDialog({ unit, onClose }: { unit: Unit | null; onClose: () => void }) {
  const { t } = useTranslation();
  const [body, setBody] = useState<Schemas['NewUnit']>(() => (unit ? withoutGiven(unit) : starter));
  const set = (part: Partial<Schemas['NewUnit']>) => setBody({ ...body, ...part });
  const { currency } = body.basePrice;
  const save = useAct({
    inline: true,
    act: () =>
      unit
        ? ask(api.PUT('/v1/units/{unitId}', { params: { path: { unitId: unit.unitId }, header: { 'If-Match': `"${unit.revision}"` } }, body }))
        : ask(api.POST('/v1/units', { body })),
    changes: bookingKeys,
    done: () => t('bookings.unitSaved'),
    after: onClose,
  });
  const seasons = body.seasons ?? [];
  return (
    <Dialog title={unit ? t('bookings.editUnit') : t('bookings.newUnit')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          save.mutate(undefined);
        }}
      >
        <Field label={t('bookings.name')} required>{field => <input {...field} value={body.name} onChange={e => set({ name: e.target.value })} />}</Field>
        <div className="grid grid-cols-2 gap-4">
          <Field label={t('bookings.type')}>
            {field => (
              <select {...field} value={body.type} onChange={e => set({ type: e.target.value as Unit['type'] })}>
                {types.map(x => <option key={x} value={x}>{t(`bookings.types.${x}`)}</option>)}
              </select>
            )}
          </Field>
          <Field label={t('bookings.capacity')} required>{field => <input {...field} type="number" min={1} value={body.capacity} onChange={e => set({ capacity: e.target.valueAsNumber || 1 })} />}</Field>
          <Field label={t('bookings.basePrice')} required>{field => <input {...field} inputMode="decimal" pattern="\d+(\.\d{1,2})?" value={body.basePrice.amount} onChange={e => set({ basePrice: { amount: e.target.value, currency } })} />}</Field>
          <Field label={t('bookings.currency')} required>{field => <input {...field} pattern="[A-Z]{3}" maxLength={3} value={currency} onChange={e => set({ basePrice: { ...body.basePrice, currency: e.target.value.toUpperCase() } })} />}</Field>
          <Field label={t('bookings.minNights')}>{field => <input {...field} type="number" min={1} value={body.minNights ?? 1} onChange={e => set({ minNights: e.target.valueAsNumber || 1 })} />}</Field>
          <Field label={t('bookings.weekend')}>{field => <input {...field} type="number" min={0} step={0.05} value={body.weekendMultiplier ?? 1.2} onChange={e => set({ weekendMultiplier: e.target.valueAsNumber })} />}</Field>
          <Field label={t('bookings.depositPercent')}>{field => <input {...field} type="number" min={0} max={100} value={body.depositPercent ?? 30} onChange={e => set({ depositPercent: e.target.valueAsNumber })} />}</Field>
          <Field label={t('bookings.cleaning')}>{field => <input {...field} inputMode="decimal" value={body.cleaningFee?.amount ?? ''} onChange={e => setBody(withFee(body, e.target.value))} />}</Field>
        </div>
        <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
          <legend className="px-1 font-medium">{t('bookings.seasons')}</legend>
          {seasons.map((s, i) => (
            <div key={i} className="grid grid-cols-[1fr_1fr_5rem_2.25rem] items-end gap-2">
              <Field label={t('bookings.from')}>{field => <input {...field} type="date" value={s.from} onChange={e => set({ seasons: seasons.with(i, { ...s, from: e.target.value }) })} />}</Field>
              <Field label={t('bookings.to')}>{field => <input {...field} type="date" value={s.to} onChange={e => set({ seasons: seasons.with(i, { ...s, to: e.target.value }) })} />}</Field>
              <Field label={t('bookings.factor')}>{field => <input {...field} type="number" min={0} step={0.05} disabled={s.price !== undefined} value={s.multiplier ?? ''} onChange={e => set({ seasons: seasons.with(i, { ...s, multiplier: e.target.valueAsNumber }) })} />}</Field>
              <Button look="quiet" aria-label={`${t('plans.removeItem')} ${i + 1}`} onClick={() => set({ seasons: seasons.toSpliced(i, 1) })}>
                <X aria-hidden className="size-4" />
              </Button>
            </div>
          ))}
          <Button small className="self-start" onClick={() => set({ seasons: [...seasons, { from: '', to: '', multiplier: 1.25 }] })}>
            <Plus aria-hidden className="size-4" />
            {t('bookings.addSeason')}
          </Button>
        </fieldset>
        <label className="flex items-center gap-2">
          <input type="checkbox" className="size-4 accent-accent" checked={body.active ?? true} onChange={e => set({ active: e.target.checked })} />
          {t('bookings.active')}
        </label>
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

const starter: Schemas['NewUnit'] = { name: '', type: 'cabin', capacity: 2, basePrice: { amount: '', currency: 'DOP' } } as Schemas['NewUnit'];

function withoutGiven(unit: Unit): Schemas['NewUnit'] {
  return Object.fromEntries(Object.entries(unit).filter(([name]) => !given.some(g => g === name))) as unknown as Schemas['NewUnit'];
}

function withFee(body: Schemas['NewUnit'], amount: string): Schemas['NewUnit'] {
  const { cleaningFee: _, ...rest } = body;
  return (amount === '' ? rest : { ...rest, cleaningFee: { amount, currency: body.basePrice.currency } }) as Schemas['NewUnit'];
}
