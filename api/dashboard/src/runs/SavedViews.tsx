import { BookmarkPlus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../client/me';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { runsSearch, type RunsSearch } from './search';

interface View {
  name: string;
  search: RunsSearch;
}

function read(key: string): View[] {
  return (JSON.parse(localStorage.getItem(key) ?? '[]') as View[]).map(v => ({ name: v.name, search: runsSearch(v.search as Record<string, unknown>) }));
}

/** Filters under a name, kept on this device for this tenant. */
export function SavedViews({ search, onChoose }: { search: RunsSearch; onChoose: (search: RunsSearch) => void }) {
  const { t } = useTranslation();
  const key = `dvt.views.${useMe().data?.tenant ?? ''}`;
  const [, setVersion] = useState(0);
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const views = read(key);
  const keep = (next: View[]) => {
    localStorage.setItem(key, JSON.stringify(next));
    setVersion(v => v + 1);
  };
  const isNew = Object.keys(search).length > 0 && !views.some(v => JSON.stringify(v.search) === JSON.stringify(search));
  if (views.length === 0 && !isNew) return null;
  return (
    <div className="mb-3 flex flex-wrap items-center gap-1.5" role="group" aria-label={t('runs.views')}>
      {views.map(view => (
        <span key={view.name} className="inline-flex items-center rounded-full border border-line bg-panel">
          <button type="button" className="min-h-7 rounded-full pl-3 hover:underline" onClick={() => onChoose(view.search)}>
            {view.name}
          </button>
          <Confirm look="quiet" label={t('runs.deleteView', { name: view.name })} question={t('runs.deleteViewAsk', { name: view.name })} act={() => keep(views.filter(v => v.name !== view.name))}>
            <X aria-hidden className="size-3.5" />
          </Confirm>
        </span>
      ))}
      {isNew && (
        <Button small look="quiet" onClick={() => setNaming(true)}>
          <BookmarkPlus aria-hidden className="size-4" />
          {t('runs.saveView')}
        </Button>
      )}
      {naming && (
        <Dialog title={t('runs.saveView')} onClose={() => setNaming(false)}>
          <form
            onSubmit={event => {
              event.preventDefault();
              keep([...views.filter(v => v.name !== name), { name, search }]);
              setNaming(false);
              setName('');
            }}
          >
            <Field label={t('runs.viewName')} required>
              {field => <input {...field} value={name} maxLength={40} onChange={e => setName(e.target.value)} autoFocus />}
            </Field>
            <DialogActions>
              <Button onClick={() => setNaming(false)}>{t('common.cancel')}</Button>
              <Button type="submit" look="primary">
                {t('common.save')}
              </Button>
            </DialogActions>
          </form>
        </Dialog>
      )}
    </div>
  );
}
