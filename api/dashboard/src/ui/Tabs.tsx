import { useRef, type KeyboardEvent } from 'react';

export interface Tab<T extends string> {
  id: T;
  label: string;
  count?: number | undefined;
}

/** Arrow keys move between tabs (WAI-ARIA Authoring Practices); the panel is the caller's, with `id={panelId(id)}`. */
export function Tabs<T extends string>({ tabs, chosen, onChoose, label }: { tabs: Tab<T>[]; chosen: T; onChoose: (tab: T) => void; label: string }) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const at = (tabs.findIndex(tab => tab.id === chosen) + by + tabs.length) % tabs.length;
    onChoose(tabs[at]!.id);
    (list.current?.children[at] as HTMLElement | undefined)?.focus();
  };
  return (
    <div ref={list} role="tablist" aria-label={label} onKeyDown={move} className="flex gap-1 overflow-x-auto overflow-y-hidden border-b border-line px-2 [scrollbar-width:none]">
      {tabs.map(tab => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          aria-selected={tab.id === chosen}
          tabIndex={tab.id === chosen ? 0 : -1}
          onClick={() => onChoose(tab.id)}
          className={`-mb-px min-h-10 border-b-2 px-3 font-medium whitespace-nowrap -outline-offset-2 ${tab.id === chosen ? 'border-accent text-text' : 'border-transparent text-soft hover:text-text'}`}
        >
          {tab.label}
          {tab.count !== undefined && <span className="ml-1.5 rounded-full bg-raised px-1.5 text-[0.86rem] text-soft">{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}
