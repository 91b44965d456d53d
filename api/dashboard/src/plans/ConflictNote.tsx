import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button';
import { Loaded } from '../ui/States';
import { baseOf, draftOf, tidy, type Draft } from './draft';
import { TextDiff } from './TextDiff';
import { versionQuery } from './versionQuery';

/** What is stored is not what this text was made from: how they differ, and the ways on. */
export function ConflictNote({ planId, version, text, onDecide }: { planId: string; version: string; text: string; onDecide: (next: (now: Draft) => Draft) => void }) {
  const { t } = useTranslation();
  const [compared, setCompared] = useState(false);
  // Only what is stored now counts, not what was read before it was refused.
  const theirs = useQuery({ ...versionQuery(planId, version), staleTime: 0, refetchOnMount: 'always' });
  return (
    <section aria-label={t('plans.conflict', { version })} className="flex flex-col gap-3 rounded-md border border-line bg-warn-soft p-3">
      <Loaded query={{ ...theirs, data: theirs.isFetchedAfterMount ? theirs.data : undefined }}>
        {stored => (
          <>
            <div role="status">
              <p className="font-medium">{t('plans.conflict', { version })}</p>
              <p>{stored.state === 'draft' ? t('plans.conflictNote') : t('plans.conflictFixed')}</p>
            </div>
            <div className="flex flex-wrap gap-2">
              <Button small aria-expanded={compared} onClick={() => setCompared(!compared)}>
                {t('plans.conflictCompare')}
              </Button>
              <Button small onClick={() => onDecide(() => draftOf(stored))}>
                {t('plans.conflictLoad')}
              </Button>
              {stored.state === 'draft' && (
                <Button small onClick={() => onDecide(now => ({ text: now.text, base: baseOf(stored) }))}>
                  {t('plans.conflictKeep')}
                </Button>
              )}
            </div>
            {compared && <TextDiff before={tidy(baseOf(stored).text)} after={tidy(text)} label={t('plans.conflictCompare')} />}
          </>
        )}
      </Loaded>
    </section>
  );
}
