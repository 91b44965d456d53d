import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../client/api';
import { Json } from '../ui/Json';
import { LeaveGuard } from '../ui/LeaveGuard';
import { Panel } from '../ui/Panel';
import { Skeleton } from '../ui/States';
import { Tabs } from '../ui/Tabs';
import type { PlanVersion } from './draft';
import { Editor } from './Editor';
import { Simulate } from './Simulate';
import { useDraft } from './useDraft';
import { Versions } from './Versions';

const Graph = lazy(() => import('../graph/Graph').then(m => ({ default: m.Graph })));

const tabs = ['graph', 'edit', 'versions', 'simulate'] as const;

/** One version from all sides. What is written in it stays while one looks at the others. */
export function PlanTabs({ plan, versions }: { plan: PlanVersion; versions: Schemas['PlanSummary'][] }) {
  const { t } = useTranslation();
  const search = useSearch({ from: '/plans/$planId' });
  const navigate = useNavigate({ from: '/plans/$planId' });
  const writing = useDraft(plan);
  const tab = tabs.find(x => x === search.tab) ?? 'graph';
  const chosen = plan.document.steps.find(s => s.stepId === search.step);
  const pin = writing.changed && search.version === undefined;
  useEffect(() => {
    // Without a version in the address the newest is shown, and one published meanwhile would take this one's place.
    if (pin) void navigate({ search: s => ({ ...s, version: plan.version }), replace: true, resetScroll: false, ignoreBlocker: true });
  }, [pin, plan.version, navigate]);
  return (
    <Panel flush>
      <Tabs label={t('plans.tabsLabel')} tabs={tabs.map(id => ({ id, label: t(`plans.tabs.${id}`) }))} chosen={tab} onChoose={next => void navigate({ search: s => ({ ...s, tab: next }), replace: true })} />
      <div role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === 'edit' ? (
          <Editor writing={writing} />
        ) : tab === 'versions' ? (
          <Versions planId={plan.planId} versions={versions} chosen={plan.version} compared={search.with} />
        ) : tab === 'simulate' ? (
          <Simulate writing={writing} />
        ) : (
          <Suspense fallback={<Skeleton rows={6} />}>
            <Graph steps={plan.document.steps} chosen={search.step} onChoose={step => void navigate({ search: s => ({ ...s, step }), replace: true, resetScroll: false })} />
            {chosen && (
              <div className="border-t border-line p-4">
                <Json value={chosen} label={t('plans.step')} />
              </div>
            )}
          </Suspense>
        )}
      </div>
      <LeaveGuard when={writing.changed} question={t('plans.leave')} />
    </Panel>
  );
}
