import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { CopyButton } from '../ui/Json';
import { ProblemNote } from '../ui/States';
import { useUnits } from './queries';

const channels = ['airbnb', 'booking', 'mercadolibre', 'other'] as const;

/** Reads the platform's calendar, and makes the address that the platform reads ours by: the two ends of one feed. */
export function NewFeed({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const [unit, setUnit] = useState('');
  const [channel, setChannel] = useState<(typeof channels)[number]>('airbnb');
  const [url, setUrl] = useState('');
  const unitId = unit || (units.data?.[0]?.unitId ?? '');
  const make = useAct({
    inline: true,
    act: () => ask(api.POST('/v1/units/{unitId}/calendars', { params: { path: { unitId } }, body: { url, channel } })),
    changes: ['calendars', 'bookings'],
    done: () => t('bookings.feedAdded'),
    after: onClose,
  });
  const address = useAct({ inline: true, act: () => ask(api.POST('/v1/units/{unitId}/calendar-exports', { params: { path: { unitId } }, body: { channel } })), changes: ['calendars'] });
  return (
    <Dialog title={t('bookings.newFeed')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          make.mutate(undefined);
        }}
      >
        <div className="grid grid-cols-2 gap-4">
          <Field label={t('bookings.unit')} required note={units.data?.length === 0 && t('bookings.noUnitsNote')}>
            {field => (
              <select {...field} value={unitId} onChange={e => setUnit(e.target.value)}>
                {units.data?.map(u => <option key={u.unitId} value={u.unitId}>{u.name}</option>)}
              </select>
            )}
          </Field>
          <Field label={t('bookings.channel')}>
            {field => (
              <select {...field} value={channel} onChange={e => setChannel(e.target.value as (typeof channels)[number])}>
                {channels.map(c => <option key={c}>{c}</option>)}
              </select>
            )}
          </Field>
        </div>
        <Field label={t('bookings.feedUrl')} required>{field => <input {...field} type="url" value={url} onChange={e => setUrl(e.target.value)} />}</Field>
        {make.error && <ProblemNote fault={make.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={make.isPending} disabled={unitId === ''}>
            {t('common.save')}
          </Button>
        </DialogActions>
      </form>
      <div className="mt-4 flex flex-col gap-2 border-t border-line pt-3">
        <p className="text-soft">{t('bookings.exportsNote')}</p>
        {address.data ? (
          <div className="flex items-center gap-2 rounded-md border border-line bg-bg p-2">
            <code className="flex-1 font-mono text-[0.9rem] break-all">{address.data.url}</code>
            <CopyButton text={address.data.url} />
          </div>
        ) : (
          <Button small className="self-start" busy={address.isPending} disabled={unitId === ''} onClick={() => address.mutate(undefined)}>
            {t('bookings.exportMake')}
          </Button>
        )}
        {address.error && <ProblemNote fault={address.error} />}
      </div>
    </Dialog>
  );
}
