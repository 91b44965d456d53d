import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../client/me';
import { Button } from '../ui/Button';
import { Empty, Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { money } from '../ui/format';
import { BlockDialog } from './BlockDialog';
import { useUnits, type Unit } from './queries';
import { UnitDialog } from './UnitDialog';

export function Units() {
  const { t } = useTranslation();
  const may = useMay('units.manage');
  const mayBlock = useMay('bookings.manage');
  const units = useUnits();
  const [editing, setEditing] = useState<Unit | 'new' | null>(null);
  const [blocking, setBlocking] = useState<Unit | null>(null);
  return (
    <>
      {may && (
        <div className="p-3">
          <Button look="primary" onClick={() => setEditing('new')}>
            {t('bookings.newUnit')}
          </Button>
        </div>
      )}
      <Loaded query={units}>
        {list =>
          list.length === 0 ? (
            <Empty title={t('bookings.noUnits')}>{t('bookings.noUnitsNote')}</Empty>
          ) : (
            <Table
              label={t('bookings.tabs.units')}
              rows={list}
              keyOf={u => u.unitId}
              columns={[
                { title: t('bookings.unit'), cell: u => <span className="font-medium">{u.name}</span> },
                { title: t('bookings.type'), wide: true, cell: u => t(`bookings.types.${u.type}`) },
                { title: t('bookings.capacity'), wide: true, right: true, cell: u => u.capacity },
                { title: t('bookings.basePrice'), right: true, cell: u => money(u.basePrice) },
                { title: t('bookings.minNights'), wide: true, right: true, cell: u => u.minNights },
                { title: t('bookings.seasons'), wide: true, right: true, cell: u => u.seasons?.length ?? 0 },
                { title: t('common.status'), cell: u => <Status of={u.active ? 'enabled' : 'disabled'} /> },
                {
                  title: t('common.actions'), right: true,
                  cell: u => (
                    <span className="inline-flex gap-2">
                      {mayBlock && <Button small onClick={() => setBlocking(u)}>{t('bookings.block')}</Button>}
                      {may && <Button small onClick={() => setEditing(u)}>{t('common.edit')}</Button>}
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {editing && <UnitDialog unit={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      {blocking && <BlockDialog unit={blocking} onClose={() => setBlocking(null)} />}
    </>
  );
}
