import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/Panel';
import { Status } from '../ui/Status';
import { money } from '../ui/format';
import type { Booking } from './queries';

/** What the stay costs, night by night, and what was paid. */
export function PricePanel({ booking: b }: { booking: Booking }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('bookings.money')}>
      <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1.5">
        {b.price.nights.map(n => (
          <Line key={n.date} name={n.date} value={money(n.price)} soft />
        ))}
        {Number(b.price.discount.amount) !== 0 && <Line name={`${t('bookings.discount')} ${b.price.discountPercent} %`} value={`−${money(b.price.discount)}`} soft />}
        {Number(b.price.cleaning.amount) !== 0 && <Line name={t('bookings.cleaning')} value={money(b.price.cleaning)} soft />}
        <Line name={t('bookings.total')} value={money(b.total)} strong />
        <Line name={t('bookings.deposit')} value={money(b.deposit)} />
        <Line name={t('bookings.paid')} value={money(b.paid)} />
        {Number(b.refundDue.amount) > 0 && <Line name={t('bookings.refundDue')} value={money(b.refundDue)} />}
      </dl>
      <h3 className="mt-4 mb-1 font-medium">{t('bookings.payments')}</h3>
      {b.payments.length === 0 ? (
        <p className="text-soft">{t('bookings.noPayments')}</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {b.payments.map(p => (
            <li key={p.paymentId} className="flex flex-wrap items-center gap-3">
              <span className="font-mono text-[0.93rem]">{p.paymentId}</span> {money(p.amount)} <Status of={p.status} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Line({ name, value, soft = false, strong = false }: { name: string; value: string; soft?: boolean; strong?: boolean }) {
  const look = soft ? 'text-soft' : strong ? 'font-semibold' : '';
  return (
    <>
      <dt className={look}>{name}</dt>
      <dd className={`text-right ${look}`}>{value}</dd>
    </>
  );
}
