import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { diffLines } from './diff';

const looks = { same: 'text-soft', old: 'bg-bad-soft text-bad', new: 'bg-ok-soft text-ok' };
const marks = { same: ' ', old: '−', new: '+' };

/** How two texts differ, line by line. */
export function TextDiff({ before, after, label }: { before: string; after: string; label: string }) {
  const { t } = useTranslation();
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  if (lines.every(l => l.kind === 'same')) return <p>{t('plans.same')}</p>;
  return (
    <pre tabIndex={0} role="region" aria-label={label} className="max-h-[34rem] overflow-auto rounded-md border border-line bg-panel font-mono text-[0.86rem] leading-5">
      {lines.map((l, i) => (
        <div key={i} className={`px-3 ${looks[l.kind]}`}>
          {marks[l.kind]} {l.text}
        </div>
      ))}
    </pre>
  );
}
