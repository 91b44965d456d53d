import { useTranslation } from 'react-i18next';
import { Json } from '../ui/Json';
import type { Run } from './useRun';

export function DataPanel({ run }: { run: Run }) {
  const { t } = useTranslation();
  const part = (title: string, value: unknown, none?: string) =>
    (value !== undefined || none) && (
      <div className="min-w-0">
        <h2 className="mb-1 font-medium">{title}</h2>
        {value === undefined ? <p className="text-soft">{none}</p> : <Json value={value} label={title} max="max-h-[32rem]" />}
      </div>
    );
  return (
    <div className="grid gap-4 p-4 lg:grid-cols-2">
      {part(t('run.input'), run.input, t('run.noInput'))}
      {part(t('run.output'), run.output, t('run.noOutput'))}
      {part(t('run.error'), run.error)}
      {part(t('run.context'), run.context)}
      {part(t('run.cost'), run.cost)}
      {run.snapshotHash && (
        <div className="min-w-0">
          <h2 className="mb-1 font-medium">{t('run.snapshot')}</h2>
          <code className="font-mono text-[0.93rem] break-all">{run.snapshotHash}</code>
        </div>
      )}
    </div>
  );
}
