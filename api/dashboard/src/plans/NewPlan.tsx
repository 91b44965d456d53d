import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Heading, Panel } from '../ui/Panel';
import { Editor } from './Editor';

export function NewPlan() {
  const { t } = useTranslation();
  return (
    <>
      <Heading back={<Link to="/plans" className="hover:underline">{t('plans.title')}</Link>} title={t('plans.new')} />
      <Panel flush>
        <Editor plan={null} />
      </Panel>
    </>
  );
}
