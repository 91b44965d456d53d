import { useRef, type ReactNode } from 'react';
import { useScreenName } from './screenName';

/** A titled area of a screen. */
export function Panel({ title, actions, children, className = '', flush = false }: { title?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string; flush?: boolean }) {
  return (
    <section className={`rounded-lg border border-line bg-panel min-w-0 ${className}`}>
      {title !== undefined && (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-1.5">
          <h2 className="font-semibold">{title}</h2>
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  );
}

/** Title of a screen with what can be done there. `name`: what the tab is called, where the title is more than words. */
export function Heading({ title, name, note, actions, back }: { title: ReactNode; name?: string; note?: ReactNode; actions?: ReactNode; back?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useScreenName(name ?? (typeof title === 'string' ? title : undefined), heading);
  return (
    <header className="mb-4 flex flex-wrap items-start justify-between gap-3">
      <div className="min-w-0">
        {back && <div className="mb-0.5 text-soft">{back}</div>}
        <h1 ref={heading} tabIndex={-1} className="text-xl font-semibold tracking-tight break-words">{title}</h1>
        {note && <div className="mt-0.5 text-soft">{note}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
