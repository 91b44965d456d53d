import { keepPreviousData } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ask, download } from '../client/api';
import { language } from '../i18n';
import { Button } from '../ui/Button';
import { Pages, usePages } from '../ui/Pages';
import { Resting } from '../ui/Resting';
import { Empty } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { tellFault } from '../ui/Toasts';
import { money } from '../ui/format';
import { addDays } from './dates';
import { useUnits } from './queries';

const statuses = ['held', 'confirmed', 'checked_in', 'completed', 'expired', 'cancelled', 'no_show'] as const;
const channels = ['direct', 'whatsapp', 'airbnb', 'booking', 'mercadolibre', 'other'] as const;

export function BookingList() {
  const { t } = useTranslation();
  const { status, unit, channel, q, from, to } = useSearch({ from: '/bookings' });
  const navigate = useNavigate({ from: '/bookings' });
  const units = useUnits();
  const filter = { ...(status ? { status } : {}), ...(unit ? { unit } : {}), ...(channel ? { channel } : {}), ...(q ? { q } : {}), ...(from ? { from } : {}), ...(to ? { to: addDays(to, 1) } : {}) };
  const bookings = usePages(['bookings', 'list', filter], page => ask(api.GET('/v1/bookings', { params: { query: { ...page, ...filter } as never } })), { placeholderData: keepPreviousData });
  const set = (part: Record<string, string>) => void navigate({ search: s => Object.fromEntries(Object.entries({ ...s, ...part }).filter(([, v]) => v)), replace: true });
  return (
    <>
      <search className="flex flex-wrap gap-2 p-3">
        <Resting className="min-w-48 flex-1" label={t('bookings.search')} value={q ?? ''} onRest={words => set({ q: words })} />
        <select className="field w-auto" aria-label={t('common.status')} value={status ?? ''} onChange={e => set({ status: e.target.value })}>
          <option value="">{t('bookings.anyStatus')}</option>
          {statuses.map(s => <option key={s} value={s}>{t(`status.${s}`)}</option>)}
        </select>
        <select className="field w-auto" aria-label={t('bookings.unit')} value={unit ?? ''} onChange={e => set({ unit: e.target.value })}>
          <option value="">{t('bookings.anyUnit')}</option>
          {units.data?.map(u => <option key={u.unitId} value={u.unitId}>{u.name}</option>)}
        </select>
        <select className="field w-auto" aria-label={t('bookings.channel')} value={channel ?? ''} onChange={e => set({ channel: e.target.value })}>
          <option value="">{t('bookings.anyChannel')}</option>
          {channels.map(c => <option key={c}>{c}</option>)}
        </select>
        <label className="flex items-center gap-2 text-soft">
          {t('bookings.nightsFrom')}
          <input type="date" className="field w-auto" value={from ?? ''} max={to} onChange={e => set({ from: e.target.value })} />
        </label>
        <label className="flex items-center gap-2 text-soft">
          {t('bookings.nightsTo')}
          <input type="date" className="field w-auto" value={to ?? ''} min={from} onChange={e => set({ to: e.target.value })} />
        </label>
        <Button onClick={() => void download(`/v1/bookings/export.csv?${new URLSearchParams({ ...filter, lang: language() })}`, 'bookings.csv').catch(tellFault)}>{t('runs.export')}</Button>
      </search>
      <Pages pages={bookings} empty={<Empty title={Object.keys(filter).length > 0 ? t('bookings.none') : t('bookings.noneAtAll')}>{t('bookings.noneNote')}</Empty>}>
        {items => (
          <Table
            label={t('bookings.title')}
            rows={items}
            keyOf={b => b.code}
            columns={[
              { title: t('bookings.code'), cell: b => <Link to="/bookings/$code" params={{ code: b.code }} className="font-mono text-[0.93rem] hover:underline">{b.code}</Link> },
              { title: t('bookings.guest'), cell: b => b.guest?.name ?? '–' },
              { title: t('bookings.unit'), wide: true, cell: b => b.unitName },
              { title: t('bookings.stay'), cell: b => <span className="whitespace-nowrap">{b.checkIn} – {b.checkOut}</span> },
              { title: t('common.status'), cell: b => <Status of={b.status} /> },
              { title: t('bookings.money'), wide: true, cell: b => <Status of={b.paymentStatus} /> },
              { title: t('bookings.total'), wide: true, right: true, cell: b => money(b.total) },
            ]}
          />
        )}
      </Pages>
    </>
  );
}
