import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../client/api';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { NumberField } from '../ui/NumberField';
import type { UnitBody } from './unitBody';

type Season = Schemas['Season'];

export const amount = { inputMode: 'decimal', pattern: '\\d+(\\.\\d{1,3})?' } as const;

/** A list of rows of fields, with a button for one more and one for each less. */
function Rows<T>({ legend, note, add, rows, made, onChange, children }: { legend: string; note: string; add: string; rows: readonly T[]; made: T; onChange: (rows: T[]) => void; children: (row: T, put: (row: T) => void) => ReactNode }) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
      <legend className="px-1 font-medium">{legend}</legend>
      <p className="text-[0.93rem] text-soft">{note}</p>
      {rows.map((row, i) => (
        <div key={i} className="flex items-end gap-2 border-b border-line pb-3 last-of-type:border-b-0 last-of-type:pb-0">
          <div className="grid min-w-0 flex-1 grid-cols-2 gap-2 sm:grid-cols-3">{children(row, next => onChange(rows.with(i, next)))}</div>
          <Button look="quiet" aria-label={`${t('plans.removeItem')} ${i + 1}`} onClick={() => onChange(rows.toSpliced(i, 1))}>
            <X aria-hidden className="size-4" />
          </Button>
        </div>
      ))}
      <Button small className="self-start" onClick={() => onChange([...rows, made])}>
        <Plus aria-hidden className="size-4" />
        {add}
      </Button>
    </fieldset>
  );
}

/** Nights with a price of their own: a factor of the usual price, or an amount instead of it. */
export function Seasons({ body, onChange }: { body: UnitBody; onChange: (seasons: Season[]) => void }) {
  const { t } = useTranslation();
  const { currency } = body.basePrice;
  return (
    <Rows legend={t('bookings.seasons')} note={t('bookings.seasonsNote')} add={t('bookings.addSeason')} rows={body.seasons ?? []} made={{ from: '', to: '', multiplier: 1.25 }} onChange={onChange}>
      {(s, put) => (
        <>
          <Field label={t('bookings.season')}>{field => <input {...field} maxLength={100} value={s.name ?? ''} onChange={e => put(without({ ...s, name: e.target.value }, 'name', e.target.value === ''))} />}</Field>
          <Field label={t('bookings.from')} required>{field => <input {...field} type="date" value={s.from} onChange={e => put({ ...s, from: e.target.value })} />}</Field>
          <Field label={t('bookings.lastNight')} required>{field => <input {...field} type="date" min={s.from} value={s.to} onChange={e => put({ ...s, to: e.target.value })} />}</Field>
          <Field label={t('bookings.pricedBy')}>
            {field => (
              <select {...field} value={s.price ? 'price' : 'factor'} onChange={e => put(e.target.value === 'price' ? without({ ...s, price: { amount: '', currency } }, 'multiplier') : without({ ...s, multiplier: 1.25 }, 'price'))}>
                <option value="factor">{t('bookings.factor')}</option>
                <option value="price">{t('bookings.fixedPrice')}</option>
              </select>
            )}
          </Field>
          {s.price ? (
            <Field label={`${t('bookings.fixedPrice')} (${currency})`} required>{field => <input {...field} {...amount} value={s.price!.amount} onChange={e => put({ ...s, price: { amount: e.target.value, currency } })} />}</Field>
          ) : (
            <Field label={t('bookings.factor')} required>{field => <NumberField {...field} min={0.01} max={100} step="any" value={s.multiplier} onValue={multiplier => put({ ...s, multiplier: multiplier! })} />}</Field>
          )}
          <Field label={t('bookings.minNights')}>{field => <NumberField {...field} min={1} max={365} value={s.minNights} onValue={minNights => put(without({ ...s, minNights: minNights! }, 'minNights', minNights === undefined))} />}</Field>
        </>
      )}
    </Rows>
  );
}

export function LengthDiscounts({ body, onChange }: { body: UnitBody; onChange: (discounts: Schemas['LengthDiscount'][]) => void }) {
  const { t } = useTranslation();
  return (
    <Rows legend={t('bookings.lengthDiscounts')} note={t('bookings.lengthDiscountsNote')} add={t('bookings.addDiscount')} rows={body.lengthDiscounts ?? []} made={{ minNights: 7, percent: 10 }} onChange={onChange}>
      {(d, put) => (
        <>
          <Field label={t('bookings.fromNights')} required>{field => <NumberField {...field} min={1} max={365} value={d.minNights} onValue={minNights => put({ ...d, minNights: minNights! })} />}</Field>
          <Field label={t('bookings.percent')} required>{field => <NumberField {...field} min={0} max={100} step="any" value={d.percent} onValue={percent => put({ ...d, percent: percent! })} />}</Field>
        </>
      )}
    </Rows>
  );
}

export function Cancellation({ body, onChange }: { body: UnitBody; onChange: (steps: Schemas['CancellationStep'][]) => void }) {
  const { t } = useTranslation();
  return (
    <Rows legend={t('bookings.cancellation')} note={t('bookings.cancellationNote')} add={t('bookings.addStep')} rows={body.cancellationPolicy ?? []} made={{ daysBefore: 7, refundPercent: 100 }} onChange={onChange}>
      {(step, put) => (
        <>
          <Field label={t('bookings.daysBefore')} required>{field => <NumberField {...field} min={0} max={1000} value={step.daysBefore} onValue={daysBefore => put({ ...step, daysBefore: daysBefore! })} />}</Field>
          <Field label={t('bookings.refundPercent')} required>{field => <NumberField {...field} min={0} max={100} step="any" value={step.refundPercent} onValue={refundPercent => put({ ...step, refundPercent: refundPercent! })} />}</Field>
        </>
      )}
    </Rows>
  );
}

function without<T extends object>(of: T, name: keyof T, really = true): T {
  if (!really) return of;
  const { [name]: _, ...rest } = of;
  return rest as T;
}
