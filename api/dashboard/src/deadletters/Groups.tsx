import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { ProblemNote } from '../ui/States';
import { useNow } from '../ui/Time';
import { ago } from '../ui/format';
import { untilNoMore } from './each';

/** What open letters have in common: one cause is repaired once, then all of its letters are replayed. */
export function Groups({ chosen, onChoose }: { chosen: string | undefined; onChoose: (group: string | undefined) => void }) {
  const { t } = useTranslation();
  const now = useNow(30_000);
  const may = useMay('dead-letters.manage');
  const groups = useQuery({ queryKey: ['deadLetters', 'groups', 'all'], queryFn: async () => (await ask(api.GET('/v1/dead-letters/groups'))).items });
  const replay = useAct({
    act: ({ errorGroup, count }: { errorGroup: string; count: number }) => untilNoMore(count, () => ask(api.POST('/v1/dead-letters/replay', { body: { errorGroup } }))),
    changes: ['deadLetters'],
    done: count => t('deadLetters.replayedMany', { count }),
  });
  if (groups.error && !groups.data)
    return (
      <div className="mb-4">
        <ProblemNote fault={groups.error} retry={() => void groups.refetch()} />
      </div>
    );
  if (!groups.data?.length) return null;
  return (
    <section aria-label={t('deadLetters.groups')} className="mb-4 grid gap-3 md:grid-cols-2 xl:grid-cols-3">
      {groups.data.map(g => (
        <article key={g.errorGroup} className={`flex flex-col gap-2 rounded-lg border bg-panel p-3.5 ${g.errorGroup === chosen ? 'border-accent' : 'border-line'}`}>
          <p className="font-medium break-words">{g.errorCode ?? g.errorGroup}</p>
          <p className="line-clamp-2 break-words text-soft" title={g.example}>
            {g.example}
          </p>
          <p className="text-soft">
            {t('deadLetters.times', { count: g.count })}
            {g.firstSeen && ` · ${t('deadLetters.firstSeen', { when: ago(g.firstSeen, now) })}`}
          </p>
          <div className="mt-auto flex flex-wrap gap-2">
            <Button small aria-pressed={g.errorGroup === chosen} onClick={() => onChoose(g.errorGroup === chosen ? undefined : g.errorGroup)}>
              {g.errorGroup === chosen ? t('deadLetters.anyCause') : t('common.details')}
            </Button>
            {may && <Confirm label={t('deadLetters.replayGroup')} question={t('deadLetters.replayGroupAsk', { cause: g.errorCode ?? g.errorGroup, letters: t('deadLetters.times', { count: g.count }) })} act={() => replay.mutate(g)} busy={replay.isPending && replay.variables.errorGroup === g.errorGroup} />}
          </div>
        </article>
      ))}
    </section>
  );
}
