import type { UseQueryResult } from '@tanstack/react-query';
import { Inbox, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { en } from '../i18n/en';
import { asProblem } from '../client/problem';
import { Button } from './Button';

export function Skeleton({ rows = 4, className = 'h-5' }: { rows?: number; className?: string }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('common.loading')} className="flex flex-col gap-3">
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className={`skeleton ${className}`} style={{ width: `${94 - ((i * 17) % 38)}%` }} />
      ))}
    </div>
  );
}

/** Nothing here yet, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-10 text-center">
      <Inbox aria-hidden className="size-7 text-soft" strokeWidth={1.5} />
      <p className="font-medium">{title}</p>
      {children && <div className="max-w-prose text-soft">{children}</div>}
    </div>
  );
}

/** What happened, what to do, and the id to search for in the traces. */
export function ProblemNote({ fault, retry }: { fault: unknown; retry?: () => void }) {
  const { t, i18n } = useTranslation();
  const problem = asProblem(fault);
  const known = (key: string) => (i18n.exists(key) ? t(key as 'problem.unreachable.title') : undefined);
  const advice = known(`problem.${problem.code}.advice`) ?? known(`problem.byStatus.${problem.status}`);
  return (
    <div role="alert" className="flex gap-3 rounded-md border border-line bg-bad-soft p-3 text-text">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{known(`problem.${problem.code}.title`) ?? known(`problem.codes.${problem.code}`) ?? problem.title}</p>
        {problem.detail && <p className="break-words text-soft">{problem.detail}</p>}
        {problem.errors && (
          <ul className="mt-1 list-disc pl-5">
            {problem.errors.slice(0, 20).map((e, i) => (
              <li key={i} className="break-words">
                <code className="font-mono text-[0.9em]">{e.pointer}</code> {e.message}
              </li>
            ))}
          </ul>
        )}
        {advice && <p className="mt-1">{advice}</p>}
        <p className="mt-1 font-mono text-[0.85em] break-all text-soft">
          {problem.code}
          {problem.traceId && ` · ${t('problem.trace')} ${problem.traceId}`}
        </p>
      </div>
      {retry && (
        <Button small onClick={retry}>
          {t('common.retry')}
        </Button>
      )}
    </div>
  );
}

/** Skeleton, problem, or what came. What came before stays while it is asked again. */
export function Loaded<T>({ query, children, skeleton }: { query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>; children: (data: T) => ReactNode; skeleton?: ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ProblemNote fault={query.error} retry={() => void query.refetch()} />;
  return <>{skeleton ?? <Skeleton />}</>;
}

export type ProblemKey = keyof typeof en.problem;
