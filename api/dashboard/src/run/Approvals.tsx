import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { Button } from '../ui/Button';
import { Heading } from '../ui/Panel';
import { Empty, Loaded } from '../ui/States';
import { Ago } from '../ui/Time';
import { ApprovalCard } from './ApprovalCards';

/** What is open anywhere in the tenant, oldest first. */
export function Approvals() {
  const { t } = useTranslation();
  const open = useInfiniteQuery({
    queryKey: ['approvals', 'all'],
    queryFn: ({ pageParam }) => ask(api.GET('/v1/approvals', { params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: page => page.nextCursor ?? undefined,
  });
  return (
    <>
      <Heading title={t('run.approvalsTitle')} />
      <Loaded query={open}>
        {data => {
          const all = data.pages.flatMap(p => p.items);
          if (all.length === 0) return <Empty title={t('run.approvalsNone')}>{t('run.approvalsNoneNote')}</Empty>;
          return (
            <ul className="flex max-w-3xl flex-col gap-4">
              {all.map(a => (
                <li key={a.approvalId}>
                  <p className="mb-1 text-soft">
                    <Link to="/runs/$runId" params={{ runId: a.runId }} className="font-mono underline">
                      {a.runId}
                    </Link>{' '}
                    {a.planId} · <Ago at={a.requestedAt} />
                  </p>
                  <ApprovalCard runId={a.runId} stepId={a.stepId} approval={a} />
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      {open.hasNextPage && <Button onClick={() => void open.fetchNextPage()}>{t('common.more')}</Button>}
    </>
  );
}
