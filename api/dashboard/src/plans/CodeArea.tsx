import { useRef, type RefObject } from 'react';

/** A plain text area with line numbers; lines with faults are marked. Tab leaves it, as a keyboard user expects. */
export function CodeArea({ area, label, text, onChange, marked }: { area: RefObject<HTMLTextAreaElement | null>; label: string; text: string; onChange: (text: string) => void; marked: ReadonlySet<number> }) {
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split('\n').length;
  return (
    <div className="flex h-[34rem] overflow-hidden rounded-md border border-line bg-bg font-mono text-[0.9rem] leading-5 focus-within:border-accent">
      <div ref={gutter} aria-hidden className="w-12 shrink-0 overflow-hidden border-r border-line py-2 text-right text-soft select-none">
        {Array.from({ length: lines }, (_, i) => (
          <div key={i} className={`pr-2 ${marked.has(i + 1) ? 'bg-bad-soft font-semibold text-bad' : ''}`}>
            {i + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={area}
        aria-label={label}
        className="min-w-0 flex-1 resize-none overflow-auto bg-transparent px-3 py-2 whitespace-pre text-text outline-none"
        spellCheck={false}
        wrap="off"
        value={text}
        onChange={e => onChange(e.target.value)}
        onScroll={e => {
          if (gutter.current) gutter.current.scrollTop = e.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
