import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useMe } from '../client/me';
import { buttonClass } from '../ui/Button';
import { Heading, Panel } from '../ui/Panel';
import { Empty, Loaded, ProblemNote, Skeleton } from '../ui/States';
import { Status } from '../ui/Status';
import { Ago } from '../ui/Time';
import { count, span } from '../ui/format';
import { ToLookAt } from './ToLookAt';
import { arrivalsToday, latestRuns, runsOf, throughput, sumOf, useProjections } from './queries';

const Chart = lazy(() => import('./Chart').then(m => ({ default: m.Chart })));

export function Home() {
  const { t } = useTranslation();
  const me = useMe().data;
  const latest = useQuery(latestRuns);
  const hour = useQuery(throughput(1));
  const day = useQuery(throughput(24));
  const mayViews = useMay('projections.read');
  const views = useProjections(mayViews);
  const mayBookings = useMay('bookings.read');
  const arrivals = useQuery({ ...arrivalsToday, enabled: mayBookings });
  const running = useQuery(runsOf('RUNNING'));
  const pending = useQuery(runsOf('PENDING'));
  const paused = useQuery(runsOf('PAUSED'));
  const inHour = hour.data && sumOf(hour.data);
  const inDay = day.data && sumOf(day.data);
  const ended = inHour ? inHour.completed + inHour.failed + inHour.cancelled : 0;
  const slowest = views.data?.toSorted((a, b) => b.lagSeconds - a.lagSeconds)[0];
  const failed = [running, pending, paused, day, hour, ...(mayBookings ? [arrivals] : []), ...(mayViews ? [views] : [])].filter(q => q.error && q.data === undefined);
  return (
    <>
      <Heading name={t('home.title')} title={me?.name ? t('home.welcome', { name: me.name }) : t('home.title')} note={me?.tenant} />
      {failed[0] && (
        <div className="mb-4">
          <ProblemNote fault={failed[0].error} retry={() => failed.forEach(q => void q.refetch())} />
        </div>
      )}
      <div className="mb-4 grid grid-cols-2 gap-3 sm:grid-cols-4 xl:grid-cols-[repeat(auto-fit,minmax(8rem,1fr))]">
        <Tile label={t('home.tiles.running')} value={valueOf(running)} status="RUNNING" />
        <Tile label={t('home.tiles.pending')} value={valueOf(pending)} status="PENDING" />
        <Tile label={t('home.tiles.paused')} value={valueOf(paused)} status="PAUSED" tone={paused.data && paused.data !== '0' ? 'text-warn' : ''} />
        <Tile label={t('home.tiles.completed')} value={valueOf(day, sum => count(sumOf(sum).completed))} status="COMPLETED" />
        <Tile label={t('home.tiles.failed')} value={valueOf(day, sum => count(sumOf(sum).failed))} status="FAILED" tone={inDay && inDay.failed > 0 ? 'text-bad' : ''} />
        {mayBookings && <Tile label={t('home.tiles.arrivals')} value={valueOf(arrivals)} to="/bookings" />}
        <Tile label={t('home.tiles.mean')} value={valueOf(hour, () => (inHour && ended > 0 ? span(inHour.durationMs / ended) : unknown))} />
        {mayViews && <Tile label={t('home.tiles.lag')} value={valueOf(views, () => (slowest ? span(slowest.lagSeconds * 1000) : unknown))} note={slowest && slowest.lagEvents > 0 ? t('home.events', { count: slowest.lagEvents }) : undefined} />}
      </div>
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
        <Panel title={t('home.throughput')}>
          <Suspense fallback={<Skeleton rows={5} />}>
            <Loaded query={hour}>{minutes => <Chart minutes={minutes} />}</Loaded>
          </Suspense>
        </Panel>
        <ToLookAt />
      </div>
      <Panel
        className="mt-4"
        title={t('home.latest')}
        flush
        actions={
          <Link to="/runs" className={buttonClass('quiet', true)}>
            {t('home.allRuns')}
          </Link>
        }
      >
        <Loaded query={latest} skeleton={<div className="p-4"><Skeleton /></div>}>
          {rows =>
            rows.length === 0 ? (
              <Empty title={t('home.begin')}>
                <p className="mb-3">{t('home.beginNote')}</p>
                <div className="flex flex-wrap justify-center gap-2">
                  <Link to="/plans/$planId" params={{ planId: 'demo-tour' }} search={{ start: 'yes' }} className={buttonClass('primary')}>
                    <Play aria-hidden className="size-4" />
                    {t('home.beginSample')}
                  </Link>
                  <Link to="/plans" className={buttonClass('plain')}>
                    {t('home.beginPlans')}
                  </Link>
                </div>
              </Empty>
            ) : (
              <ul className="divide-y divide-line">
                {rows.map(run => (
                  <li key={run.runId} className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-1.5 hover:bg-raised">
                    <Link to="/runs/$runId" params={{ runId: run.runId }} className="w-40 truncate font-mono text-[0.93rem] hover:underline" title={run.runId}>
                      {run.runId}
                    </Link>
                    <span className="min-w-0 flex-1 truncate">{run.planId}</span>
                    <Status of={run.status} sub={run.substatus} />
                    <span className="w-28 text-right text-soft">
                      <Ago at={run.queuedAt} />
                    </span>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

/** Where nothing can be told. */
const unknown = '–';

/** What a tile shows: nothing while it is asked for, and a dash when that failed. */
function valueOf<T>(query: { data: T | undefined; error: unknown }, words: (data: T) => string = String): string | undefined {
  return query.data !== undefined ? words(query.data) : query.error ? unknown : undefined;
}

function Tile({ label, value, status, to, tone = '', note }: { label: string; value: string | undefined; to?: '/bookings'; status?: 'RUNNING' | 'PENDING' | 'PAUSED' | 'COMPLETED' | 'FAILED'; tone?: string; note?: string | undefined }) {
  const inside = (
    <>
      <span className="block text-[0.93rem] leading-tight text-soft">{label}</span>
      {value === undefined ? <span className="skeleton mt-1.5 block h-6 w-14" /> : <span className={`block text-2xl leading-8 font-semibold tracking-tight ${tone}`}>{value}</span>}
      {note && <span className="block text-[0.86rem] text-soft">{note}</span>}
    </>
  );
  const look = 'block rounded-lg border border-line bg-panel px-3.5 py-2.5';
  if (to)
    return (
      <Link to={to} className={`${look} hover:border-soft`}>
        {inside}
      </Link>
    );
  return status ? (
    <Link to="/runs" search={{ status }} className={`${look} hover:border-soft`}>
      {inside}
    </Link>
  ) : (
    <div className={look}>{inside}</div>
  );
}
