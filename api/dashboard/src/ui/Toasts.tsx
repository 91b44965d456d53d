import { CircleCheck, X } from 'lucide-react';
import { useEffect, useId, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from './States';

interface Toast {
  id: number;
  text?: string;
  fault?: unknown;
}

const shownMs = 6_000;

let toasts: readonly Toast[] = [];
let nextId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

function add(toast: Omit<Toast, 'id'>) {
  const id = nextId++;
  change([...toasts.slice(-1), { id, ...toast }]);
  // A fault stays until it is read.
  if (toast.fault === undefined) setTimeout(() => change(toasts.filter(x => x.id !== id)), shownMs);
}

/** Where toasts may be shown, the topmost last: a modal makes all that is outside of it inert. */
let places: readonly string[] = [];

function enter(place: string, isPage: boolean) {
  places = isPage ? [place, ...places] : [...places, place];
  for (const listener of listeners) listener();
  return () => {
    places = places.filter(p => p !== place);
    for (const listener of listeners) listener();
  };
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

const nothing: readonly Toast[] = [];

export const tellDone = (text: string) => add({ text });
export const tellFault = (fault: unknown) => add({ fault });

/** Shows what is told, unless a dialog above this place does. The page has one place, and each dialog one of its own. */
export function Toasts({ inDialog = false }: { inDialog?: boolean }) {
  const { t } = useTranslation();
  const place = useId();
  useEffect(() => enter(place, !inDialog), [place, inDialog]);
  const shown = useSyncExternalStore(subscribe, () => (places.at(-1) === place ? toasts : nothing));
  return (
    <div aria-live="polite" className="pointer-events-none fixed inset-x-3 bottom-16 z-50 flex flex-col items-end gap-2 md:bottom-4">
      {shown.map(toast => (
        <div key={toast.id} className="pointer-events-auto flex w-full max-w-md items-start gap-2 rounded-lg border border-line bg-panel p-3 shadow-lg">
          {toast.fault === undefined ? (
            <p className="flex flex-1 items-start gap-2">
              <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
              {toast.text}
            </p>
          ) : (
            <div className="min-w-0 flex-1">
              <ProblemNote fault={toast.fault} />
            </div>
          )}
          <button type="button" className="rounded p-1 text-soft hover:text-text" aria-label={t('common.dismiss')} onClick={() => change(toasts.filter(x => x.id !== toast.id))}>
            <X aria-hidden className="size-4" />
          </button>
        </div>
      ))}
    </div>
  );
}
