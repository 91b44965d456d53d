import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { CopyButton } from '../ui/Json';
import { Heading, Panel } from '../ui/Panel';
import { Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Ago, useNow } from '../ui/Time';
import { ago } from '../ui/format';
import { BookingHistory } from './BookingHistory';
import { BookingMessages } from './BookingMessages';
import { CancelDialog, DatesDialog, PaymentDialog } from './BookingDialogs';
import { PricePanel } from './PricePanel';
import { bookingKeys, type Booking } from './queries';

type Change = 'confirmation' | 'extension' | 'check-in' | 'completion' | 'no-show';

/** What may follow a state without more being asked. */
const follows: Partial<Record<Booking['status'], Change[]>> = { held: ['confirmation', 'extension'], confirmed: ['check-in', 'no-show'], checked_in: ['completion'] };

const words = { confirmation: 'confirm', extension: 'extend', 'check-in': 'checkInNow', completion: 'complete', 'no-show': 'noShow' } as const;

export function BookingScreen() {
  const { t } = useTranslation();
  const { code } = useParams({ from: '/bookings/$code' });
  const navigate = useNavigate();
  const may = useMay('bookings.manage');
  const mayPay = useMay('bookings.pay');
  const mayErase = useMay('guests.erase');
  const mayRead = useMay('messages.read');
  const now = useNow(5_000);
  const [dialog, setDialog] = useState<'dates' | 'cancel' | 'pay' | null>(null);
  const booking = useQuery({ queryKey: ['bookings', code], queryFn: () => ask(api.GET('/v1/bookings/{code}', { params: { path: { code } } })) });
  const change = useAct({
    act: (what: Change) => ask(api.POST(`/v1/bookings/{code}/${what}`, { params: { path: { code } }, body: {} })),
    changes: bookingKeys,
    done: () => t('bookings.done'),
  });
  const erase = useAct({
    act: (guestId: string) => ask(api.DELETE('/v1/guests/{guestId}/personal-data', { params: { path: { guestId } } })),
    changes: bookingKeys,
    done: () => t('bookings.erased'),
  });
  return (
    <Loaded query={booking}>
      {b => {
        const open = b.status === 'held' || b.status === 'confirmed';
        return (
          <>
            <Heading
              name={b.code}
              back={<Link to="/bookings" className="hover:underline">{t('bookings.title')}</Link>}
              title={
                <span className="flex flex-wrap items-center gap-2">
                  <span className="font-mono">{b.code}</span>
                  <CopyButton text={b.code} />
                  <Status of={b.status} />
                  <Status of={b.paymentStatus} />
                </span>
              }
              note={
                <>
                  {b.unitName} · {b.checkIn} – {b.checkOut} · {t('bookings.nights', { count: b.nights })}
                  {b.status === 'held' && ` · ${t('bookings.expires', { when: ago(b.expiresAt, now) })}`}
                </>
              }
              actions={
                <>
                  {may &&
                    follows[b.status]?.filter(what => what !== 'extension' || !b.extended).map((what, i) => {
                      const [label, look, busy] = [t(`bookings.${words[what]}`), i === 0 ? 'primary' as const : 'plain' as const, change.isPending && change.variables === what];
                      const act = () => change.mutate(what);
                      return what === 'completion' || what === 'no-show' ? (
                        <Confirm key={what} small={false} label={label} look={look} busy={busy} act={act} question={t(`bookings.${words[what]}Ask`, { code: b.code, guest: b.guest?.name ?? '–', unit: b.unitName, from: b.checkIn, to: b.checkOut })} />
                      ) : (
                        <Button key={what} look={look} busy={busy} onClick={act}>
                          {label}
                        </Button>
                      );
                    })}
                  {may && open && <Button onClick={() => setDialog('dates')}>{t('bookings.changeDates')}</Button>}
                  {mayPay && <Button onClick={() => setDialog('pay')}>{t('bookings.pay')}</Button>}
                  {may && open && (
                    <Button look="danger" onClick={() => setDialog('cancel')}>
                      {t('bookings.cancel')}
                    </Button>
                  )}
                </>
              }
            />
            <div className="grid gap-4 lg:grid-cols-2">
              <Panel title={t('bookings.guest')} actions={mayErase && b.guest && <Confirm label={t('bookings.erase')} question={t('bookings.eraseAsk', { code: b.code, guest: b.guest.name ?? '–' })} act={() => erase.mutate(b.guestId)} />}>
                <dl className="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-2">
                  <Row name={t('bookings.name')} value={b.guest?.name ?? '–'} />
                  <Row name={t('bookings.phone')} value={b.guest?.phone} />
                  <Row name={t('bookings.email')} value={b.guest?.email} />
                  <Row name={t('bookings.document')} value={b.guest?.document} />
                  <Row name={t('bookings.guests')} value={String(b.guests)} />
                  <Row name={t('bookings.channel')} value={b.channel} />
                  <Row name={t('bookings.note')} value={b.note} />
                  <Row name={t('common.reason')} value={b.cancelReason} />
                </dl>
                <p className="mt-3 text-soft">
                  {t('common.created')} <Ago at={b.createdAt} />
                </p>
              </Panel>
              <PricePanel booking={b} />
            </div>
            {mayRead && <BookingMessages code={code} />}
            <BookingHistory code={code} />
            {dialog === 'dates' && <DatesDialog booking={b} onClose={() => setDialog(null)} />}
            {dialog === 'cancel' && <CancelDialog booking={b} onClose={() => setDialog(null)} onDone={() => void navigate({ to: '/bookings/$code', params: { code } })} />}
            {dialog === 'pay' && <PaymentDialog booking={b} onClose={() => setDialog(null)} />}
          </>
        );
      }}
    </Loaded>
  );
}

function Row({ name, value }: { name: string; value: string | undefined }) {
  if (!value) return null;
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd className="break-words">{value}</dd>
    </>
  );
}
