import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { ProblemNote } from '../ui/States';
import { count, formatter, money } from '../ui/format';

/** The month in figures: how full, how many come, what it brings. */
export function Occupancy({ month }: { month: string }) {
  const { t } = useTranslation();
  const figures = useQuery({ queryKey: ['bookings', 'occupancy', month], queryFn: async () => (await ask(api.GET('/v1/dashboards/occupancy', { params: { query: { month } } }))).total });
  const of = figures.data;
  const rate = of && formatter(Intl.NumberFormat, { style: 'percent', maximumFractionDigits: 1 }).format(of.occupancyRate / 100);
  const pairs: [string, string | undefined][] = [
    [t('bookings.occupied'), rate],
    [t('bookings.nightsSold'), of && count(of.confirmedNights)],
    [t('bookings.arrivals'), of && count(of.arrivals)],
    [t('bookings.revenue'), of && (of.revenue.map(money).join(' · ') || '–')],
  ];
  if (figures.error && !of)
    return (
      <div className="mb-3">
        <ProblemNote fault={figures.error} retry={() => void figures.refetch()} />
      </div>
    );
  return (
    <dl className="mb-3 flex flex-wrap gap-x-8 gap-y-2">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt className="text-[0.93rem] text-soft">{name}</dt>
          <dd className="text-lg leading-6 font-semibold">{value ?? <span className="skeleton inline-block h-4 w-14" />}</dd>
        </div>
      ))}
    </dl>
  );
}
