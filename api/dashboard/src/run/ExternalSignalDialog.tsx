import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { parseJson } from '../ui/Json';

/** The signal a `wait` step waits for; its payload becomes the step's result. */
export function ExternalSignalDialog({ runId, name, onClose }: { runId: string; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const parsed = parseJson(text);
  const send = useAct({
    act: () => ask(api.POST('/v1/runs/{runId}/external-signals', { params: { path: { runId } }, body: { name, ...(parsed.value === undefined ? {} : { payload: parsed.value }) } })),
    changes: ['run', 'blockers'],
    done: () => t('signals.sent', { name }),
    after: onClose,
  });
  return (
    <Dialog title={t('run.externalSend', { name })} onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault();
          if (parsed.fault === undefined) send.mutate(undefined);
        }}
      >
        <Field label={`${t('run.externalPayload')} (${t('common.optional')})`} fault={parsed.fault && t('common.invalidJson', { fault: parsed.fault })}>
          {field => <textarea {...field} className="field font-mono" rows={5} spellCheck={false} value={text} onChange={e => setText(e.target.value)} />}
        </Field>
        <DialogActions>
          <Button onClick={onClose}>{t('common.close')}</Button>
          <Button type="submit" look="primary" busy={send.isPending}>
            {t('common.send')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
