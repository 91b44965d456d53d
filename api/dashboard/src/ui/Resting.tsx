import { useEffect, useId, useRef, useState } from 'react';

/** What a person types is asked for once they rest this long. */
const restMs = 250;

/** A search field that keeps its own text, and tells it once typing rests. */
export function Resting({ value, label, fault, className = '', onRest }: { value: string; label: string; fault?: string | undefined; className?: string; onRest: (value: string) => void }) {
  const id = useId();
  const [text, setText] = useState(value);
  const told = useRef(value);
  const tell = useRef(onRest);
  tell.current = onRest;
  useEffect(() => {
    // Changed from outside: a saved view, or the browser's back.
    if (value !== told.current) {
      told.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      told.current = text;
      tell.current(text);
    }, restMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <>
      <input
        type="search"
        className={`field ${className}`}
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={e => setText(e.target.value)}
        {...(fault ? { 'aria-invalid': true, 'aria-describedby': id } : {})}
      />
      {fault && (
        <p id={id} role="status" className="col-span-full text-[0.93rem] text-bad">
          {fault}
        </p>
      )}
    </>
  );
}
