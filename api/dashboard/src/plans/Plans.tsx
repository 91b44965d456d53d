import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { Button, buttonClass } from '../ui/Button';
import { Heading } from '../ui/Panel';
import { Resting } from '../ui/Resting';
import { Empty, Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Ago } from '../ui/Time';

const states = ['draft', 'published', 'archived'] as const;

export function Plans() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/plans' });
  const navigate = useNavigate({ from: '/plans' });
  const mayStart = useMay('runs.start');
  const mayWrite = useMay('plans.write');
  const state = states.find(s => s === search.state);
  const plans = useInfiniteQuery({
    queryKey: ['plans', 'list', search],
    queryFn: ({ pageParam }) => ask(api.GET('/v1/plans', { params: { query: { limit: 50, ...(state ? { state } : {}), ...(search.q ? { q: search.q } : {}), ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: page => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const set = (part: { q?: string; state?: string }) => {
    const next = { ...search, ...part };
    void navigate({ search: { ...(next.q ? { q: next.q } : {}), ...(next.state ? { state: next.state } : {}) }, replace: true });
  };
  return (
    <>
      <Heading
        title={t('plans.title')}
        actions={
          mayWrite && (
            <Link to="/new-plan" className={buttonClass('primary')}>
              {t('plans.new')}
            </Link>
          )
        }
      />
      <search className="mb-3 flex flex-wrap gap-2">
        <Resting className="min-w-48 flex-1" label={t('plans.search')} value={search.q ?? ''} onRest={q => set({ q })} />
        <select className="field w-auto" aria-label={t('common.status')} value={state ?? ''} onChange={e => set({ state: e.target.value })}>
          <option value="">{t('plans.anyState')}</option>
          {states.map(s => (
            <option key={s} value={s}>
              {t(`status.${s}`)}
            </option>
          ))}
        </select>
      </search>
      <Loaded query={plans}>
        {data => {
          const all = data.pages.flatMap(p => p.items);
          if (all.length === 0) return <Empty title={search.q || state ? t('plans.none') : t('plans.noneAtAll')}>{t('plans.noneNote')}</Empty>;
          return (
            <ul className="divide-y divide-line rounded-lg border border-line bg-panel">
              {all.map(plan => (
                <li key={`${plan.planId} ${plan.version}`} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 hover:bg-raised">
                  <div className="min-w-0 flex-1 basis-60">
                    <Link to="/plans/$planId" params={{ planId: plan.planId }} search={{ version: plan.version }} className="font-medium hover:underline">
                      {plan.planId} <span className="font-normal text-soft">{plan.version}</span>
                    </Link>
                    <p className="truncate text-soft" title={plan.description}>
                      {plan.name ?? plan.description}
                    </p>
                  </div>
                  <span className="text-soft">{t('plans.steps', { count: plan.stepCount })}</span>
                  <Status of={plan.state} />
                  <span className="text-soft">
                    <Ago at={plan.publishedAt ?? plan.createdAt} />
                  </span>
                  {mayStart && plan.state === 'published' && (
                    <Link to="/plans/$planId" params={{ planId: plan.planId }} search={{ version: plan.version, start: 'yes' }} className={buttonClass('plain', true)} aria-label={t('plans.startTitle', { plan: plan.planId })}>
                      <Play aria-hidden className="size-3.5" />
                      {t('plans.start')}
                    </Link>
                  )}
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      {plans.hasNextPage && (
        <Button className="mt-3" onClick={() => void plans.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </>
  );
}
