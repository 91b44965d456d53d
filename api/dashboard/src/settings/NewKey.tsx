import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { ProblemNote } from '../ui/States';
import { RoleChoice, type Role } from './roles';

export function NewKey({ users, onClose, onMade }: { users: [id: string, email: string][]; onClose: () => void; onMade: (secret: string) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [userId, setUserId] = useState('');
  const [expires, setExpires] = useState('');
  const [chosen, setChosen] = useState<Role[]>([]);
  const make = useAct({
    inline: true,
    act: () => ask(api.POST('/v1/api-keys', { body: { name, ...(userId ? { userId } : {}), ...(chosen.length > 0 ? { roles: chosen } : {}), ...(expires ? { expiresAt: new Date(expires).toISOString() } : {}) } })),
    changes: ['keys'],
    after: key => onMade(key.apiKey!),
  });
  return (
    <Dialog title={t('settings.newKey')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          make.mutate(undefined);
        }}
      >
        <Field label={t('common.name')} required>{field => <input {...field} value={name} onChange={e => setName(e.target.value)} />}</Field>
        <Field label={t('settings.keyFor')}>
          {field => (
            <select {...field} value={userId} onChange={e => setUserId(e.target.value)}>
              <option value="">{t('settings.keyForMe')}</option>
              {users.map(([id, email]) => (
                <option key={id} value={id}>
                  {email}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={`${t('settings.expires')} (${t('common.optional')})`}>{field => <input {...field} type="datetime-local" value={expires} onChange={e => setExpires(e.target.value)} />}</Field>
        <RoleChoice legend={t('settings.keyRoles')} note={t('settings.keyRolesNote')} chosen={chosen} onChange={setChosen} />
        {make.error && <ProblemNote fault={make.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={make.isPending}>
            {t('common.save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
