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
import { addDays, today } from './dates';
import { bookingKeys, type Unit } from './queries';

/** Nights that nobody may book, by hand; those that a feed brought are named too. */
export function BlockDialog({ unit, onClose }: { unit: Unit; onClose: () => void }) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(today());
  const [to, setTo] = useState(addDays(today(), 1));
  const [reason, setReason] = useState('');
  const path = { unitId: unit.unitId };
  const blocks = usePages(['bookings', 'blocksOf', unit.unitId], page => ask(api.GET('/v1/units/{unitId}/blocks', { params: { path, query: { ...page, from: today() } } })));
  const block = useAct({
    inline: true,
    act: () => ask(api.POST('/v1/units/{unitId}/blocks', { params: { path }, body: { from, to, ...(reason ? { reason } : {}) } })),
    changes: bookingKeys,
    done: () => t('bookings.done'),
  });
  const unblock = useAct({ act: (blockId: string) => ask(api.DELETE('/v1/units/{unitId}/blocks/{blockId}', { params: { path: { ...path, blockId } } })), changes: bookingKeys, done: () => t('bookings.done') });
  return (
    <Dialog title={`${t('bookings.block')}: ${unit.name}`} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          block.mutate(undefined);
        }}
      >
        <div className="grid grid-cols-2 gap-4">
          <Field label={t('bookings.from')} required>{field => <input {...field} type="date" value={from} onChange={e => setFrom(e.target.value)} />}</Field>
          <Field label={t('bookings.to')} required>{field => <input {...field} type="date" min={addDays(from, 1)} value={to} onChange={e => setTo(e.target.value)} />}</Field>
        </div>
        <Field label={`${t('bookings.blockReason')} (${t('common.optional')})`}>{field => <input {...field} value={reason} onChange={e => setReason(e.target.value)} />}</Field>
        {block.error && <ProblemNote fault={block.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('common.close')}</Button>
          <Button type="submit" look="primary" busy={block.isPending}>
            {t('bookings.block')}
          </Button>
        </DialogActions>
      </form>
      <Pages pages={blocks} empty={null}>
        {items => (
          <ul className="mt-4 divide-y divide-line border-t border-line">
            {items.map(b => (
              <li key={b.blockId} className="flex flex-wrap items-center justify-between gap-2 py-2">
                <span>
                  {b.from} – {b.to} <span className="text-soft">{b.channel ?? b.reason}</span> {b.conflict && <span className="text-bad">{t('bookings.conflict')}</span>}
                </span>
                {b.source === 'manual' && <Confirm label={t('bookings.unblock')} question={t('bookings.unblockAsk', { unit: unit.name, from: b.from, to: b.to })} act={() => unblock.mutate(b.blockId)} />}
              </li>
            ))}
          </ul>
        )}
      </Pages>
    </Dialog>
  );
}
