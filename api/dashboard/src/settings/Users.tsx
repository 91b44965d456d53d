import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Pages, usePages } from '../ui/Pages';
import { Empty, ProblemNote } from '../ui/States';
import { Table } from '../ui/Table';
import { Ago } from '../ui/Time';
import { RoleChoice, type Role } from './roles';

export function Users() {
  const { t } = useTranslation();
  const may = useMay('users.manage');
  const [making, setMaking] = useState(false);
  const users = usePages(['users'], page => ask(api.GET('/v1/users', { params: { query: page } })));
  return (
    <>
      {may && (
        <div className="p-3">
          <Button look="primary" onClick={() => setMaking(true)}>
            {t('settings.newUser')}
          </Button>
        </div>
      )}
      <Pages pages={users} empty={<Empty title={t('settings.usersNone')} />}>
        {items => (
          <Table
            label={t('settings.tabs.users')}
            rows={items}
            keyOf={u => u.userId}
            columns={[
              { title: t('common.name'), cell: u => <span className="font-medium">{u.name}</span> },
              { title: t('settings.email'), cell: u => u.email },
              { title: t('settings.roles'), cell: u => u.roles.join(', ') },
              { title: t('common.created'), wide: true, cell: u => <Ago at={u.createdAt} /> },
            ]}
          />
        )}
      </Pages>
      {making && <NewUser onClose={() => setMaking(false)} />}
    </>
  );
}

function NewUser({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Role[]>(['viewer']);
  const make = useAct({
    inline: true,
    act: () => ask(api.POST('/v1/users', { body: { email, name, roles: chosen } })),
    changes: ['users'],
    done: user => t('settings.userMade', { email: user.email }),
    after: onClose,
  });
  return (
    <Dialog title={t('settings.newUser')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          make.mutate(undefined);
        }}
      >
        <Field label={t('common.name')} required>{field => <input {...field} value={name} onChange={e => setName(e.target.value)} />}</Field>
        <Field label={t('settings.email')} required>{field => <input {...field} type="email" value={email} onChange={e => setEmail(e.target.value)} />}</Field>
        <RoleChoice legend={t('settings.roles')} chosen={chosen} onChange={setChosen} />
        {make.error && <ProblemNote fault={make.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={make.isPending} disabled={chosen.length === 0}>
            {t('common.save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
