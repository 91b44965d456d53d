import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { asProblem } from '../client/problem';
import { count } from '../ui/format';
import type { BulkType } from './BulkDialog';
import { ProgressBar } from './BulkProgress';
import type { RunRow } from './Runs';

/** Signals on their way at the same time. */
const atOnce = 6;

/** Signals each run that was selected and tells what became of it. */
export function SelectedProgress({ runs, type, reason }: { runs: RunRow[]; type: BulkType; reason: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [outcomes, setOutcomes] = useState<Record<string, string>>({});
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const left = [...runs];
    const work = async () => {
      for (let run = left.shift(); run; run = left.shift()) {
        const { runId } = run;
        let outcome = 'ok';
        try {
          await ask(api.POST('/v1/runs/{runId}/signals', { params: { path: { runId } }, body: { type, ...(reason ? { reason } : {}) } }));
        } catch (fault) {
          outcome = asProblem(fault).code;
        }
        setOutcomes(all => ({ ...all, [runId]: outcome }));
      }
    };
    void Promise.all(Array.from({ length: atOnce }, work)).then(() => queries.invalidateQueries({ queryKey: ['runs'] }));
  }, [runs, type, reason, queries]);
  const refused = Object.entries(outcomes).filter(([, code]) => code !== 'ok');
  const done = Object.keys(outcomes).length;
  return (
    <div className="flex flex-col gap-3">
      <ProgressBar done={done} total={runs.length} label={t('runs.bulk.progress', { done: count(done), total: count(runs.length) })} />
      <p>
        {t('runs.bulk.accepted', { count: done - refused.length })} · {t('runs.bulk.rejected', { count: refused.length })}
      </p>
      {refused.length > 0 && (
        <ul className="max-h-40 overflow-y-auto font-mono text-[0.9rem]">
          {refused.map(([runId, code]) => (
            <li key={runId}>
              {runId}: {code}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
