import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Pages, usePages } from '../ui/Pages';
import { ProblemNote } from '../ui/States';

/** The WhatsApp telephones that guests write to: which there are, one more, one less. */
export function Telephones({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [phoneNumberId, setPhoneNumberId] = useState('');
  const [accessToken, setAccessToken] = useState('');
  const channels = usePages(['channels'], page => ask(api.GET('/v1/channels', { params: { query: page } })));
  const register = useAct({
    inline: true,
    act: () => ask(api.POST('/v1/channels', { body: { kind: 'whatsapp', name, phoneNumberId, ...(accessToken ? { accessToken } : {}) } })),
    changes: ['channels'],
    done: () => t('inbox.registered'),
    after: () => {
      setName('');
      setPhoneNumberId('');
      setAccessToken('');
    },
  });
  const remove = useAct({ act: (channelId: string) => ask(api.DELETE('/v1/channels/{channelId}', { params: { path: { channelId } } })), changes: ['channels'], done: () => t('common.done') });
  return (
    <Dialog title={t('inbox.telephones')} onClose={onClose}>
      <Pages pages={channels} empty={<p className="text-soft">{t('inbox.telephonesNone')}</p>}>
        {items => (
          <ul aria-label={t('inbox.telephones')} className="divide-y divide-line">
            {items.map(c => (
              <li key={c.channelId} className="flex items-center justify-between gap-3 py-2">
                <span className="min-w-0 break-words">
                  {c.name} <span className="font-mono text-[0.93rem] text-soft">{c.phoneNumberId}</span>
                </span>
                <Confirm label={t('common.delete')} question={t('inbox.telephoneAsk', { name: c.name })} act={() => remove.mutate(c.channelId)} />
              </li>
            ))}
          </ul>
        )}
      </Pages>
      <form
        className="mt-4 flex flex-col gap-4 border-t border-line pt-3"
        onSubmit={event => {
          event.preventDefault();
          register.mutate(undefined);
        }}
      >
        <Field label={t('common.name')} required>{field => <input {...field} maxLength={100} value={name} onChange={e => setName(e.target.value)} />}</Field>
        <Field label={t('inbox.phoneNumberId')} note={t('inbox.phoneNumberIdNote')} required>
          {field => <input {...field} inputMode="numeric" pattern="[0-9]{1,32}" value={phoneNumberId} onChange={e => setPhoneNumberId(e.target.value)} />}
        </Field>
        <Field label={`${t('inbox.token')} (${t('common.optional')})`} note={t('inbox.tokenNote')}>
          {field => <input {...field} type="password" autoComplete="off" maxLength={1000} value={accessToken} onChange={e => setAccessToken(e.target.value)} />}
        </Field>
        {register.error && <ProblemNote fault={register.error} />}
        <DialogActions>
          <Button type="submit" look="primary" busy={register.isPending}>
            {t('inbox.register')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
