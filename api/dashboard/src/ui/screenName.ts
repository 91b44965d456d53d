import { useEffect, type RefObject } from 'react';

let lastPath: string | null = null;

/** Whether somebody has come to another screen and has not begun anything there; the first one is no other. */
export function hasArrived(before: string | null, path: string, focused: { inMain: boolean; inDialog: boolean }): boolean {
  return before !== null && before !== path && !focused.inMain && !focused.inDialog;
}

/** Names the tab after the screen, and moves the focus to its heading when somebody has come to it: who does not see the screen hears where they are. */
export function useScreenName(name: string | undefined, heading: RefObject<HTMLElement | null>) {
  useEffect(() => {
    document.title = name ? `${name} · Dvt` : 'Dvt';
  }, [name]);
  useEffect(() => {
    const path = location.pathname;
    const focused = document.activeElement;
    const inMain = focused !== null && focused.id !== 'content' && focused.closest('main') !== null;
    if (hasArrived(lastPath, path, { inMain, inDialog: document.querySelector('dialog[open]') !== null })) heading.current?.focus({ preventScroll: true });
    lastPath = path;
  }, [name, heading]);
}
