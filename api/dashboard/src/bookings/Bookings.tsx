import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../client/me';
import { Button } from '../ui/Button';
import { Heading, Panel } from '../ui/Panel';
import { Tabs } from '../ui/Tabs';
import { BookingList } from './BookingList';
import { Calendar } from './Calendar';
import { addDays, today } from './dates';
import { Feeds } from './Feeds';
import { NewBooking, type StayWish } from './NewBooking';
import { Units } from './Units';

const tabs = ['calendar', 'list', 'units', 'feeds'] as const;

export function Bookings() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/bookings' });
  const navigate = useNavigate({ from: '/bookings' });
  const may = useMay('bookings.manage');
  const tab = tabs.find(x => x === search.tab) ?? 'calendar';
  const [wish, setWish] = useState<StayWish | null>(null);
  return (
    <>
      <Heading
        title={t('bookings.title')}
        actions={
          may && (
            <Button look="primary" onClick={() => setWish({ checkIn: today(), checkOut: addDays(today(), 1) })}>
              <Plus aria-hidden className="size-4" />
              {t('bookings.new')}
            </Button>
          )
        }
      />
      <Panel flush>
        <Tabs label={t('bookings.tabsLabel')} tabs={tabs.map(id => ({ id, label: t(`bookings.tabs.${id}`) }))} chosen={tab} onChoose={next => void navigate({ search: { tab: next }, replace: true })} />
        <div role="tabpanel" aria-labelledby={`tab-${tab}`}>
          {tab === 'calendar' && <Calendar month={search.month ?? today().slice(0, 7)} onMonth={month => void navigate({ search: s => ({ ...s, month }), replace: true })} onWish={may ? setWish : undefined} />}
          {tab === 'list' && <BookingList />}
          {tab === 'units' && <Units />}
          {tab === 'feeds' && <Feeds />}
        </div>
      </Panel>
      {wish && <NewBooking wish={wish} onClose={() => setWish(null)} />}
    </>
  );
}
