import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LeaveGuard } from '../ui/LeaveGuard';
import { Heading, Panel } from '../ui/Panel';
import { Tabs } from '../ui/Tabs';
import { Editor } from './Editor';
import { Simulate } from './Simulate';
import { useDraft } from './useDraft';

const tabs = ['edit', 'simulate'] as const;

export function NewPlan() {
  const { t } = useTranslation();
  const writing = useDraft(null);
  const [tab, setTab] = useState<(typeof tabs)[number]>('edit');
  return (
    <>
      <Heading back={<Link to="/plans" className="hover:underline">{t('plans.title')}</Link>} title={t('plans.new')} />
      <Panel flush>
        <Tabs label={t('plans.tabsLabel')} tabs={tabs.map(id => ({ id, label: t(`plans.tabs.${id}`) }))} chosen={tab} onChoose={setTab} />
        <div role="tabpanel" aria-labelledby={`tab-${tab}`}>
          {tab === 'edit' ? <Editor writing={writing} /> : <Simulate writing={writing} />}
        </div>
      </Panel>
      <LeaveGuard when={writing.changed} question={t('plans.leave')} />
    </>
  );
}
