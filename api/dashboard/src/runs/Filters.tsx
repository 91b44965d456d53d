import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Search, SlidersHorizontal } from 'lucide-react';
import { Button } from '../ui/Button';
import { Resting } from '../ui/Resting';
import { labelOf, runSorts, runStatuses, runsSearch, type RunsSearch } from './search';

export function Filters({ search, onChange }: { search: RunsSearch; onChange: (next: RunsSearch) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(Boolean(search.planId || search.version || search.from || search.to || search.label || search.archived));
  const set = (part: Record<string, unknown>) => onChange(runsSearch({ ...search, ...part }));
  return (
    <search className="mb-3 flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <span className="relative min-w-48 flex-1">
          <Search aria-hidden className="absolute top-2.5 left-2.5 size-4 text-soft" />
          <Resting value={search.q ?? ''} label={t('runs.search')} className="pl-8!" onRest={q => set({ q })} />
        </span>
        <select className="field w-auto" aria-label={t('common.status')} value={search.status ?? ''} onChange={e => set({ status: e.target.value })}>
          <option value="">{t('runs.anyStatus')}</option>
          {runStatuses.map(s => (
            <option key={s} value={s}>
              {t(`status.${s}`)}
            </option>
          ))}
        </select>
        <select className="field w-auto" aria-label={t('runs.sort')} value={search.sort ?? '-queuedAt'} onChange={e => set({ sort: e.target.value })}>
          {runSorts.map(s => (
            <option key={s} value={s}>
              {t(`runs.sorts.${s}`)}
            </option>
          ))}
        </select>
        <Button aria-expanded={open} onClick={() => setOpen(!open)}>
          <SlidersHorizontal aria-hidden className="size-4" />
          {t('runs.moreFilters')}
        </Button>
        {Object.keys(search).length > 0 && (
          <Button look="quiet" onClick={() => onChange({})}>
            {t('common.clear')}
          </Button>
        )}
      </div>
      {open && (
        <div className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
          <Resting value={search.planId ?? ''} label={t('runs.plan')} onRest={planId => set({ planId })} />
          <Resting value={search.version ?? ''} label={t('runs.version')} onRest={version => set({ version })} />
          <Resting
            value={search.label ?? ''}
            label={`${t('runs.label')}: ${t('runs.labelNote')}`}
            fault={search.label !== undefined && !labelOf(search.label) ? t('runs.labelFault') : undefined}
            onRest={label => set({ label })}
          />
          <label className="flex items-center gap-2 text-soft">
            <span className="w-11 shrink-0">{t('runs.from')}</span>
            <input type="datetime-local" className="field min-w-0" value={search.from ?? ''} onChange={e => set({ from: e.target.value })} />
          </label>
          <label className="flex items-center gap-2 text-soft">
            <span className="w-11 shrink-0">{t('runs.to')}</span>
            <input type="datetime-local" className="field min-w-0" value={search.to ?? ''} onChange={e => set({ to: e.target.value })} />
          </label>
          <label className="flex items-center gap-2">
            <input type="checkbox" className="size-4 accent-accent" checked={search.archived === 'true'} onChange={e => set({ archived: e.target.checked ? 'true' : '' })} />
            {t('runs.archived')}
          </label>
        </div>
      )}
    </search>
  );
}
