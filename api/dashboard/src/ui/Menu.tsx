import { ChevronDown, type LucideIcon } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { buttonClass } from './Button';

export interface MenuItem {
  label: string;
  act: () => void;
  danger?: boolean;
  icon?: LucideIcon;
}

/** A button with a menu (WAI-ARIA Authoring Practices): arrows move, Escape closes and gives the focus back. */
export function Menu({ label, items }: { label: string; items: MenuItem[] }) {
  const [open, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    (list.current?.firstElementChild as HTMLElement | null)?.focus();
    const outside = (event: PointerEvent) => {
      if (!whole.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      setOpen(false);
      if (event.key === 'Escape') button.current?.focus();
    }
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const all = [...(list.current?.children ?? [])] as HTMLElement[];
    all[(all.indexOf(document.activeElement as HTMLElement) + by + all.length) % all.length]?.focus();
  };
  return (
    <div ref={whole} className="relative">
      <button ref={button} type="button" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)} className={buttonClass('plain')}>
        {label}
        <ChevronDown aria-hidden className="size-4" />
      </button>
      {open && (
        <div ref={list} role="menu" aria-label={label} onKeyDown={keys} className="absolute right-0 z-20 mt-1 flex min-w-52 flex-col rounded-lg border border-line bg-panel p-1 shadow-lg max-md:right-auto max-md:left-0">
          {items.map(({ label: name, act, danger, icon: Icon }) => (
            <button
              key={name}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={`flex min-h-9 items-center gap-2 rounded-md px-3 text-left hover:bg-raised focus:bg-raised ${danger ? 'text-bad' : ''}`}
              onClick={() => {
                setOpen(false);
                button.current?.focus();
                act();
              }}
            >
              {Icon && <Icon aria-hidden className="size-4" />}
              {name}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
