import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { each, type Outcome } from './each';

export function DiscardDialog({ ids, onClose, onDone }: { ids: string[]; onClose: () => void; onDone: (outcome: Outcome) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const discard = useAct({
    act: () => each(ids, deadLetterId => ask(api.POST('/v1/dead-letters/{deadLetterId}/discard', { params: { path: { deadLetterId } }, body: { reason } }))),
    changes: ['deadLetters'],
    after: onDone,
  });
  return (
    <Dialog title={`${t('deadLetters.discard')}: ${t('deadLetters.times', { count: ids.length })}`} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          discard.mutate(undefined);
        }}
      >
        <p>{t('deadLetters.discardNote')}</p>
        <Field label={t('common.reason')} note={t('common.reasonNote')} required>
          {field => <input {...field} value={reason} maxLength={1000} onChange={e => setReason(e.target.value)} />}
        </Field>
        <DialogActions>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="danger" busy={discard.isPending}>
            {t('deadLetters.discard')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
