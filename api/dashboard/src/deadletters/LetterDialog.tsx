import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Json, parseJson } from '../ui/Json';
import { Loaded, ProblemNote } from '../ui/States';
import { Status } from '../ui/Status';
import { Ago } from '../ui/Time';

/** Why it failed, what it said, and the ways out: again, again with another body, or never. */
export function LetterDialog({ id, onClose, onDiscard }: { id: string; onClose: () => void; onDiscard: (id: string) => void }) {
  const { t } = useTranslation();
  const may = useMay('dead-letters.manage');
  const [text, setText] = useState<string | null>(null);
  const letter = useQuery({ queryKey: ['deadLetters', id], queryFn: () => ask(api.GET('/v1/dead-letters/{deadLetterId}', { params: { path: { deadLetterId: id } } })) });
  const parsed = parseJson(text ?? '');
  const replay = useAct({
    inline: true,
    act: () => ask(api.POST('/v1/dead-letters/{deadLetterId}/replay', { params: { path: { deadLetterId: id } }, body: text === null ? {} : { body: parsed.value as never } })),
    changes: ['deadLetters', 'runs', 'run'],
    done: () => t('deadLetters.replayed'),
    after: onClose,
  });
  return (
    <Dialog wide title={letter.data?.type ?? t('deadLetters.title')} onClose={onClose}>
      <Loaded query={letter}>
        {data => {
          const body = (data.message as { body?: unknown } | undefined)?.body;
          const open = data.status === 'open';
          return (
            <div className="flex flex-col gap-4">
              <div className="flex flex-wrap items-center gap-3">
                <Status of={data.status} />
                <span className="text-soft">
                  {data.queue} · <Ago at={data.createdAt} /> · {t('deadLetters.tries')} {data.tries}
                </span>
                {data.key && <code className="font-mono text-[0.93rem] break-all">{data.key}</code>}
              </div>
              <div className="rounded-md bg-bad-soft p-3">
                <p className="font-mono font-medium text-bad">{data.errorCode}</p>
                <p className="break-words">{data.errorDetail}</p>
              </div>
              {data.behind && <p className="text-warn">{t('deadLetters.behind')}</p>}
              {data.reason && (
                <p>
                  {t('deadLetters.closedBy')} {data.closedBy}: “{data.reason}”
                </p>
              )}
              {data.waiting.length > 0 && (
                <p>
                  {t('deadLetters.waiting')}: {data.waiting.map(w => w.type).join(', ')}
                </p>
              )}
              {data.raw ? (
                <Json value={data.raw} label={t('deadLetters.raw')} />
              ) : text === null ? (
                <Json value={data.message} label={t('deadLetters.message')} />
              ) : (
                <Field label={t('deadLetters.body')} note={t('deadLetters.bodyNote')} fault={parsed.fault && t('common.invalidJson', { fault: parsed.fault })}>
                  {field => <textarea {...field} className="field font-mono text-[0.93rem]" rows={14} spellCheck={false} value={text} onChange={e => setText(e.target.value)} />}
                </Field>
              )}
              {replay.error && <ProblemNote fault={replay.error} />}
              {may && open && (
                <DialogActions>
                  <Button look="danger" onClick={() => onDiscard(id)}>
                    {t('deadLetters.discard')}
                  </Button>
                  {!data.raw && text === null && <Button onClick={() => setText(JSON.stringify(body, null, 2))}>{t('deadLetters.edit')}</Button>}
                  {!data.raw && (
                    <Button look="primary" busy={replay.isPending} disabled={text !== null && parsed.fault !== undefined} onClick={() => replay.mutate(undefined)}>
                      {text === null ? t('deadLetters.replay') : t('deadLetters.replayEdited')}
                    </Button>
                  )}
                </DialogActions>
              )}
            </div>
          );
        }}
      </Loaded>
    </Dialog>
  );
}
