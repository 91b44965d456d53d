import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { NumberField } from '../ui/NumberField';
import { ProblemNote } from '../ui/States';
import { formatter } from '../ui/format';
import { bookingKeys, type Unit } from './queries';
import { bodyOf, inCurrency, linesOf, starter, withAmount, type UnitBody } from './unitBody';
import { amount, Cancellation, LengthDiscounts, Seasons } from './UnitRows';

const types = ['cabin', 'apartment', 'house', 'room'] as const;
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** What the API takes for what is not told. */
const usual = { minNights: 1, weekendMultiplier: 1.2, depositPercent: 30, weekendNights: ['fri', 'sat'] as (typeof weekdays)[number][] };

/** A unit with its prices and rules; its texts for guests stay as they are. */
export function UnitDialog({ unit, onClose }: { unit: Unit | null; onClose: () => void }) {
  const { t } = useTranslation();
  const [body, setBody] = useState<UnitBody>(() => (unit ? bodyOf(unit) : starter));
  const [amenities, setAmenities] = useState(unit?.amenities?.join('\n') ?? '');
  const set = (part: { [K in keyof UnitBody]?: UnitBody[K] | undefined }) => setBody(of => ({ ...of, ...part }) as UnitBody);
  const { currency } = body.basePrice;
  const nights = body.weekendNights ?? usual.weekendNights;
  const save = useAct({
    inline: true,
    act: () => {
      const sent = { ...body, amenities: linesOf(amenities) };
      return unit
        ? ask(api.PUT('/v1/units/{unitId}', { params: { path: { unitId: unit.unitId }, header: { 'If-Match': `"${unit.revision}"` } }, body: sent }))
        : ask(api.POST('/v1/units', { body: sent }));
    },
    changes: bookingKeys,
    done: () => t('bookings.unitSaved'),
    after: onClose,
  });
  return (
    <Dialog wide title={unit ? t('bookings.editUnit') : t('bookings.newUnit')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          save.mutate(undefined);
        }}
      >
        <Field label={t('bookings.name')} required>{field => <input {...field} maxLength={100} value={body.name} onChange={e => set({ name: e.target.value })} />}</Field>
        <div className="grid grid-cols-2 gap-4 md:grid-cols-4">
          <Field label={t('bookings.type')}>
            {field => (
              <select {...field} value={body.type} onChange={e => set({ type: e.target.value as Unit['type'] })}>
                {types.map(x => <option key={x} value={x}>{t(`bookings.types.${x}`)}</option>)}
              </select>
            )}
          </Field>
          <Field label={t('bookings.capacity')} required>{field => <NumberField {...field} min={1} max={1000} value={body.capacity} onValue={capacity => set({ capacity })} />}</Field>
          <Field label={t('bookings.basePrice')} required>{field => <input {...field} {...amount} value={body.basePrice.amount} onChange={e => set({ basePrice: { amount: e.target.value, currency } })} />}</Field>
          <Field label={t('bookings.currency')} required>{field => <input {...field} pattern="[A-Z]{3}" maxLength={3} value={currency} onChange={e => setBody(inCurrency(body, e.target.value.toUpperCase()))} />}</Field>
          <Field label={t('bookings.includedGuests')}>{field => <NumberField {...field} min={1} max={1000} placeholder={String(body.capacity ?? '')} value={body.includedGuests} onValue={includedGuests => set({ includedGuests })} />}</Field>
          <Field label={t('bookings.extraGuest')}>{field => <input {...field} {...amount} value={body.extraGuestPrice?.amount ?? ''} onChange={e => setBody(withAmount(body, 'extraGuestPrice', e.target.value))} />}</Field>
          <Field label={t('bookings.cleaning')}>{field => <input {...field} {...amount} value={body.cleaningFee?.amount ?? ''} onChange={e => setBody(withAmount(body, 'cleaningFee', e.target.value))} />}</Field>
          <Field label={t('bookings.depositPercent')}>{field => <NumberField {...field} min={0} max={100} step="any" placeholder={String(usual.depositPercent)} value={body.depositPercent} onValue={depositPercent => set({ depositPercent })} />}</Field>
          <Field label={t('bookings.minNights')}>{field => <NumberField {...field} min={1} max={365} placeholder={String(usual.minNights)} value={body.minNights} onValue={minNights => set({ minNights })} />}</Field>
          <Field label={t('bookings.maxNights')}>{field => <NumberField {...field} min={body.minNights ?? 1} max={365} value={body.maxNights ?? undefined} onValue={maxNights => set({ maxNights })} />}</Field>
          <Field label={t('bookings.checkInTime')}>{field => <input {...field} type="time" value={body.checkInTime ?? ''} onChange={e => set({ checkInTime: e.target.value || undefined })} />}</Field>
          <Field label={t('bookings.checkOutTime')}>{field => <input {...field} type="time" value={body.checkOutTime ?? ''} onChange={e => set({ checkOutTime: e.target.value || undefined })} />}</Field>
          <Field label={t('bookings.weekend')}>{field => <NumberField {...field} min={0.01} max={100} step="any" placeholder={String(usual.weekendMultiplier)} value={body.weekendMultiplier} onValue={weekendMultiplier => set({ weekendMultiplier })} />}</Field>
          <div className="col-span-2 md:col-span-3">
            <Field label={t('bookings.timeZone')} note={t('bookings.timeZoneNote')}>
              {field => (
                <>
                  <input {...field} list="time-zones" maxLength={64} value={body.timeZone ?? ''} onChange={e => set({ timeZone: e.target.value || undefined })} />
                  <datalist id="time-zones">{Intl.supportedValuesOf('timeZone').map(zone => <option key={zone} value={zone} />)}</datalist>
                </>
              )}
            </Field>
          </div>
        </div>
        <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
          <legend className="font-medium">{t('bookings.weekendNights')}</legend>
          {weekdays.map((day, i) => (
            <label key={day} className="flex min-h-7 items-center gap-1.5">
              <input type="checkbox" className="size-4 accent-accent" checked={nights.includes(day)} onChange={e => set({ weekendNights: weekdays.filter(x => (x === day ? e.target.checked : nights.includes(x))) })} />
              {/* The fifth of January 2026 was a Monday. */}
              {formatter(Intl.DateTimeFormat, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 5 + i))}
            </label>
          ))}
        </fieldset>
        <Seasons body={body} onChange={seasons => set({ seasons })} />
        <LengthDiscounts body={body} onChange={lengthDiscounts => set({ lengthDiscounts })} />
        <Cancellation body={body} onChange={cancellationPolicy => set({ cancellationPolicy })} />
        <Field label={t('bookings.amenities')} note={t('bookings.amenitiesNote')}>{field => <textarea {...field} rows={3} value={amenities} onChange={e => setAmenities(e.target.value)} />}</Field>
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
