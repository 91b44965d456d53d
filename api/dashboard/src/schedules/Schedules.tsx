import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Pages, usePages } from '../ui/Pages';
import { Heading } from '../ui/Panel';
import { Empty } from '../ui/States';
import { Status } from '../ui/Status';
import { Ago } from '../ui/Time';
import { moment } from '../ui/format';
import { PastOccurrences } from './PastOccurrences';
import { ScheduleDialog } from './ScheduleDialog';

export type Schedule = Schemas['Schedule'];

export function Schedules() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/schedules' });
  const navigate = useNavigate({ from: '/schedules' });
  const may = useMay('schedules.manage');
  const [editing, setEditing] = useState<Schedule | 'new' | null>(null);
  const schedules = usePages(['schedules', 'list'], page => ask(api.GET('/v1/schedules', { params: { query: page } })));
  return (
    <>
      <Heading
        title={t('schedules.title')}
        actions={
          may && (
            <Button look="primary" onClick={() => setEditing('new')}>
              <Plus aria-hidden className="size-4" />
              {t('schedules.new')}
            </Button>
          )
        }
      />
      <Pages pages={schedules} empty={<Empty title={t('schedules.none')}>{t('schedules.noneNote')}</Empty>}>
        {items => (
          <ul className="grid gap-3 xl:grid-cols-2">
            {items.map(s => (
              <li key={s.scheduleId} className="flex flex-col gap-2 rounded-lg border border-line bg-panel p-4">
                <ScheduleCard schedule={s} may={may} onEdit={() => setEditing(s)} open={search.id === s.scheduleId} onOpen={open => void navigate({ search: open ? { id: s.scheduleId } : {}, replace: true })} />
              </li>
            ))}
          </ul>
        )}
      </Pages>
      {editing && <ScheduleDialog schedule={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function ScheduleCard({ schedule: s, may, open, onOpen, onEdit }: { schedule: Schedule; may: boolean; open: boolean; onOpen: (open: boolean) => void; onEdit: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const path = { params: { path: { scheduleId: s.scheduleId } } };
  const changes = ['schedules'];
  const turn = useAct({ act: () => ask(s.enabled ? api.POST('/v1/schedules/{scheduleId}/pause', { ...path, body: {} }) : api.POST('/v1/schedules/{scheduleId}/resume', { ...path, body: {} })), changes });
  const trigger = useAct({
    act: () => ask(api.POST('/v1/schedules/{scheduleId}/trigger', { ...path, body: {} })),
    changes: ['schedules', 'runs'],
    done: () => t('schedules.triggered'),
    after: answer => void navigate({ to: '/runs/$runId', params: { runId: 'runId' in answer ? answer.runId : answer.resource.id } }),
  });
  const remove = useAct({ act: () => ask(api.DELETE('/v1/schedules/{scheduleId}', path)), changes, done: () => t('schedules.deleted') });
  const name = s.name ?? s.planRef.planId;
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 className="text-base font-semibold">{name}</h2>
          <p className="text-soft">
            {s.planRef.planId} {s.planRef.version} · <code className="font-mono">{s.cron}</code> · {s.timeZone}
          </p>
        </div>
        <Status of={s.enabled ? 'enabled' : 'disabled'} />
      </div>
      <p>
        {s.enabled && s.next[0] ? (
          <>
            {t('schedules.next')}: {moment(s.next[0])} (<Ago at={s.next[0]} />)
          </>
        ) : (
          t('schedules.paused')
        )}
      </p>
      <details open={open} onToggle={e => e.currentTarget.open !== open && onOpen(e.currentTarget.open)}>
        <summary className="text-soft">{t('common.details')}</summary>
        <div className="mt-2 grid gap-4 md:grid-cols-2">
          <div>
            <h3 className="mb-1 font-medium">{t('schedules.nextAll')}</h3>
            <ol className="text-soft">
              {s.next.map(at => (
                <li key={at}>{moment(at)}</li>
              ))}
            </ol>
          </div>
          {open && <PastOccurrences scheduleId={s.scheduleId} />}
        </div>
      </details>
      {may && (
        <div className="mt-auto flex flex-wrap gap-2">
          <Button small busy={trigger.isPending} onClick={() => trigger.mutate(undefined)}>
            {t('schedules.trigger')}
          </Button>
          <Button small busy={turn.isPending} onClick={() => turn.mutate(undefined)}>
            {s.enabled ? t('schedules.pause') : t('schedules.resume')}
          </Button>
          <Button small onClick={onEdit}>
            {t('common.edit')}
          </Button>
          <Confirm label={t('common.delete')} question={t('schedules.deleteAsk', { name })} act={() => remove.mutate(undefined)} busy={remove.isPending} />
        </div>
      )}
    </>
  );
}
