import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../client/problem';
import { sendSignal } from '../run/sendSignal';
import { Button } from '../ui/Button';
import { useCodeWords } from '../ui/codeWords';
import { LeaveGuard } from '../ui/LeaveGuard';
import { count } from '../ui/format';
import type { BulkType } from './BulkDialog';
import { ProgressBar } from './BulkProgress';
import type { RunRow } from './useRuns';

/** Signals on their way at the same time. */
const atOnce = 6;

/** Signals each run that was selected and tells what became of it. It is this page that sends them, so it has to stay. */
export function SelectedProgress({ runs, type, reason, onWorking }: { runs: RunRow[]; type: BulkType; reason: string; onWorking: (working: boolean) => void }) {
  const { t } = useTranslation();
  const words = useCodeWords();
  const queries = useQueryClient();
  const [outcomes, setOutcomes] = useState<Record<string, string>>({});
  const [working, setWorking] = useState(true);
  const left = useRef<RunRow[] | null>(null);
  useEffect(() => {
    if (left.current) return;
    left.current = [...runs];
    const work = async () => {
      for (let run = left.current!.shift(); run; run = left.current!.shift()) {
        const { runId } = run;
        let outcome = 'ok';
        try {
          if (await sendSignal(runId, { type, ...(reason ? { reason } : {}) })) outcome = 'held';
        } catch (fault) {
          outcome = asProblem(fault).code;
        }
        setOutcomes(all => ({ ...all, [runId]: outcome }));
      }
    };
    onWorking(true);
    void Promise.all(Array.from({ length: atOnce }, work)).then(() => {
      setWorking(false);
      onWorking(false);
      return queries.invalidateQueries({ queryKey: ['runs'] });
    });
  }, [runs, type, reason, queries, onWorking]);
  const all = Object.entries(outcomes);
  const refused = all.filter(([, code]) => code !== 'ok' && code !== 'held');
  const held = all.filter(([, code]) => code === 'held').length;
  return (
    <div className="flex flex-col gap-3">
      <ProgressBar done={all.length} total={runs.length} label={t('runs.bulk.progress', { done: count(all.length), total: count(runs.length) })} />
      <p>
        {t('runs.bulk.accepted', { count: all.length - refused.length - held })} · {t('runs.bulk.rejected', { count: refused.length })}
      </p>
      {held > 0 && <p className="text-warn">{t('runs.bulk.held', { count: held })}</p>}
      {!working && all.length < runs.length && <p className="text-warn">{t('runs.bulk.notSent', { count: runs.length - all.length })}</p>}
      {working && (
        <div className="flex items-center justify-between gap-2">
          <p className="text-warn">{t('runs.bulk.stay')}</p>
          <Button look="danger" small onClick={() => (left.current = [])}>
            {t('runs.bulk.stop')}
          </Button>
        </div>
      )}
      {refused.length > 0 && (
        <ul className="max-h-40 overflow-y-auto text-[0.93rem]">
          {refused.map(([runId, code]) => (
            <li key={runId}>
              <span className="font-mono">{runId}</span>: {words(code)}
            </li>
          ))}
        </ul>
      )}
      <LeaveGuard when={working} question={t('runs.bulk.stay')} />
    </div>
  );
}
