import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { NumberField } from '../ui/NumberField';
import { ProblemNote } from '../ui/States';
import { money } from '../ui/format';
import { bookingKeys, useUnits } from './queries';

export interface StayWish {
  unitId?: string;
  checkIn: string;
  checkOut: string;
}

/** Holds nights, telling first whether they are free and what they cost. */
export function NewBooking({ wish, onClose }: { wish: StayWish; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const units = useUnits();
  const [stay, setStay] = useState(wish);
  const [guests, setGuests] = useState<number | undefined>(2);
  const [guest, setGuest] = useState({ name: '', phone: '', email: '' });
  const [note, setNote] = useState('');
  const unitId = stay.unitId ?? units.data?.find(u => u.active)?.unitId ?? '';
  const quote = useQuery({
    queryKey: ['bookings', 'quote', unitId, stay.checkIn, stay.checkOut, guests],
    queryFn: () => ask(api.GET('/v1/quotes', { params: { query: { unitId, checkIn: stay.checkIn, checkOut: stay.checkOut, guests: guests! } } })),
    enabled: unitId !== '' && stay.checkIn < stay.checkOut && guests !== undefined && guests > 0,
    retry: false,
  });
  const hold = useAct({
    inline: true,
    act: () => {
      const { name, ...more } = guest;
      const told = Object.fromEntries(Object.entries(more).filter(([, v]) => v));
      return ask(api.POST('/v1/bookings', { body: { unitId, checkIn: stay.checkIn, checkOut: stay.checkOut, guests, guest: { name, ...told }, ...(note ? { note } : {}) } as never }));
    },
    changes: bookingKeys,
    done: made => ('code' in made ? t('bookings.held', { code: made.code }) : t('bookings.done')),
    after: made => {
      onClose();
      if ('code' in made) void navigate({ to: '/bookings/$code', params: { code: made.code } });
    },
  });
  return (
    <Dialog title={t('bookings.new')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          hold.mutate(undefined);
        }}
      >
        <Field label={t('bookings.unit')} required>
          {field => (
            <select {...field} value={unitId} onChange={e => setStay({ ...stay, unitId: e.target.value })}>
              {units.data?.map(u => (
                <option key={u.unitId} value={u.unitId} disabled={!u.active}>
                  {u.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-[1fr_1fr_6rem]">
          <Field label={t('bookings.checkIn')} required>{field => <input {...field} type="date" value={stay.checkIn} onChange={e => setStay({ ...stay, checkIn: e.target.value })} />}</Field>
          <Field label={t('bookings.checkOut')} required>{field => <input {...field} type="date" min={stay.checkIn} value={stay.checkOut} onChange={e => setStay({ ...stay, checkOut: e.target.value })} />}</Field>
          <Field label={t('bookings.guests')} required>{field => <NumberField {...field} min={1} value={guests} onValue={setGuests} />}</Field>
        </div>
        <div role="status" className="min-h-6">
          {quote.error ? (
            <ProblemNote fault={quote.error} />
          ) : quote.data && !quote.data.available ? (
            <div className="text-bad">
              <p>{t('bookings.notFree')}</p>
              {quote.data.alternatives?.length ? (
                <p className="flex flex-wrap items-center gap-2 text-text">
                  {t('bookings.instead')}:
                  {quote.data.alternatives.map(a => (
                    <Button key={a.checkIn} small onClick={() => setStay({ ...stay, checkIn: a.checkIn, checkOut: a.checkOut })}>
                      {t('bookings.freeFrom', { from: a.checkIn, to: a.checkOut })}
                    </Button>
                  ))}
                </p>
              ) : null}
            </div>
          ) : (
            quote.data && <p>{t('bookings.quoteIs', { nights: t('bookings.nights', { count: quote.data.nights }), total: money(quote.data.total), deposit: money(quote.data.deposit) })}</p>
          )}
        </div>
        <Field label={t('bookings.guestName')} required>{field => <input {...field} value={guest.name} autoComplete="off" onChange={e => setGuest({ ...guest, name: e.target.value })} />}</Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('bookings.phone')}>{field => <input {...field} type="tel" value={guest.phone} autoComplete="off" onChange={e => setGuest({ ...guest, phone: e.target.value })} />}</Field>
          <Field label={t('bookings.email')}>{field => <input {...field} type="email" value={guest.email} autoComplete="off" onChange={e => setGuest({ ...guest, email: e.target.value })} />}</Field>
        </div>
        <Field label={t('bookings.note')}>{field => <input {...field} value={note} onChange={e => setNote(e.target.value)} />}</Field>
        {hold.error && <ProblemNote fault={hold.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={hold.isPending} disabled={unitId === ''}>
            {t('bookings.hold')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
