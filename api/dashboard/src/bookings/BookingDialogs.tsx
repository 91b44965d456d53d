import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { NumberField } from '../ui/NumberField';
import { ProblemNote } from '../ui/States';
import { bookingKeys, type Booking } from './queries';

export function DatesDialog({ booking, onClose }: { booking: Booking; onClose: () => void }) {
  const { t } = useTranslation();
  const [checkIn, setCheckIn] = useState(booking.checkIn);
  const [checkOut, setCheckOut] = useState(booking.checkOut);
  const [guests, setGuests] = useState<number | undefined>(booking.guests);
  const save = useAct({
    inline: true,
    act: () => ask(api.POST('/v1/bookings/{code}/dates', { params: { path: { code: booking.code } }, body: { checkIn, checkOut, guests: guests! } })),
    changes: bookingKeys,
    done: () => t('bookings.done'),
    after: onClose,
  });
  return (
    <Asking title={t('bookings.changeDates')} send={t('common.save')} busy={save.isPending} fault={save.error} onClose={onClose} onSend={() => save.mutate(undefined)}>
      <div className="grid grid-cols-2 gap-4">
        <Field label={t('bookings.checkIn')} required>{field => <input {...field} type="date" value={checkIn} onChange={e => setCheckIn(e.target.value)} />}</Field>
        <Field label={t('bookings.checkOut')} required>{field => <input {...field} type="date" value={checkOut} onChange={e => setCheckOut(e.target.value)} />}</Field>
      </div>
      <Field label={t('bookings.guests')} required>{field => <NumberField {...field} min={1} value={guests} onValue={setGuests} />}</Field>
    </Asking>
  );
}

export function CancelDialog({ booking, onClose, onDone }: { booking: Booking; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const cancel = useAct({
    inline: true,
    act: () => ask(api.POST('/v1/bookings/{code}/cancellation', { params: { path: { code: booking.code } }, body: reason ? { reason } : {} })),
    changes: bookingKeys,
    done: () => t('bookings.done'),
    after: () => {
      onClose();
      onDone();
    },
  });
  return (
    <Asking title={`${t('bookings.cancel')} ${booking.code}`} send={t('bookings.cancel')} danger busy={cancel.isPending} fault={cancel.error} onClose={onClose} onSend={() => cancel.mutate(undefined)}>
      <p>
        {booking.unitName}, {booking.checkIn} – {booking.checkOut}
      </p>
      <Field label={t('bookings.cancelAsk')}>{field => <input {...field} value={reason} maxLength={500} onChange={e => setReason(e.target.value)} />}</Field>
    </Asking>
  );
}

const payStates = ['approved', 'pending', 'rejected', 'refunded'] as const;

export function PaymentDialog({ booking, onClose }: { booking: Booking; onClose: () => void }) {
  const { t } = useTranslation();
  const [paymentId, setPaymentId] = useState('');
  const [amount, setAmount] = useState(booking.deposit.amount);
  const [status, setStatus] = useState<(typeof payStates)[number]>('approved');
  const pay = useAct({
    inline: true,
    act: () => ask(api.POST('/v1/bookings/{code}/payments', { params: { path: { code: booking.code } }, body: { paymentId, amount: { amount, currency: booking.total.currency }, status } })),
    changes: bookingKeys,
    done: () => t('bookings.done'),
    after: onClose,
  });
  return (
    <Asking title={t('bookings.pay')} send={t('common.save')} busy={pay.isPending} fault={pay.error} onClose={onClose} onSend={() => pay.mutate(undefined)}>
      <Field label={t('bookings.payRef')} note={t('bookings.payRefNote')} required>{field => <input {...field} value={paymentId} onChange={e => setPaymentId(e.target.value)} />}</Field>
      <Field label={`${t('bookings.amount')} (${booking.total.currency})`} required>{field => <input {...field} inputMode="decimal" pattern="\d+(\.\d{1,2})?" value={amount} onChange={e => setAmount(e.target.value)} />}</Field>
      <Field label={t('bookings.payStatus')}>
        {field => (
          <select {...field} value={status} onChange={e => setStatus(e.target.value as (typeof payStates)[number])}>
            {payStates.map(s => <option key={s} value={s}>{t(`bookings.payStates.${s}`)}</option>)}
          </select>
        )}
      </Field>
    </Asking>
  );
}

function Asking({ title, send, danger = false, busy, fault, onClose, onSend, children }: { title: string; send: string; danger?: boolean; busy: boolean; fault: unknown; onClose: () => void; onSend: () => void; children: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          onSend();
        }}
      >
        {children}
        {fault ? <ProblemNote fault={fault} /> : null}
        <DialogActions>
          <Button onClick={onClose}>{t('common.close')}</Button>
          <Button type="submit" look={danger ? 'danger' : 'primary'} busy={busy}>
            {send}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
