import { X } from 'lucide-react';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { Toasts } from './Toasts';

const fields = 'input:not([type=hidden], [disabled]), select:not([disabled]), textarea:not([disabled])';

/** Where a touch on a field brings up a keyboard over half of the screen. */
const byTouch = matchMedia('(pointer: coarse)');

/** A modal of the browser's own: it keeps the focus, closes on Escape and gives the focus back. It begins at its first field, or else at its content. */
export function Dialog({ title, onClose, children, wide = false }: { title: string; onClose: () => void; children: ReactNode; wide?: boolean }) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const heading = useId();
  useEffect(() => {
    const opened = dialog.current!;
    opened.showModal();
    const begin = content.current!;
    ((byTouch.matches ? null : begin.querySelector<HTMLElement>(fields)) ?? begin).focus();
    return () => opened.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
      className={`max-h-[92dvh] w-full overflow-hidden rounded-xl border border-line bg-panel p-0 text-text shadow-2xl ${wide ? 'max-w-4xl' : 'max-w-lg'}`}
    >
      <div className="flex max-h-[92dvh] flex-col">
        <header className="flex items-center justify-between gap-3 border-b border-line px-4 py-2.5">
          <h2 id={heading} className="text-base font-semibold">
            {title}
          </h2>
          <Button look="quiet" small aria-label={t('common.close')} onClick={onClose}>
            <X aria-hidden className="size-4" />
          </Button>
        </header>
        <div ref={content} className="overflow-y-auto p-4 outline-none" tabIndex={-1}>
          {children}
        </div>
      </div>
      <Toasts inDialog />
    </dialog>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-4 flex flex-wrap justify-end gap-2">{children}</div>;
}
