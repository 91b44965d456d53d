import { useId, type ReactNode } from 'react';

/** A labelled control with its note and its fault, joined for screen readers. */
export function Field({ label, note, fault, required, children }: {
  label: string;
  note?: ReactNode;
  fault?: string | undefined;
  required?: boolean;
  children: (of: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true; required?: boolean; className: string }) => ReactNode;
}) {
  const id = useId();
  const described = [note ? `${id}-note` : '', fault ? `${id}-fault` : ''].filter(Boolean).join(' ');
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
        {required && <span aria-hidden className="text-bad"> *</span>}
      </label>
      {children({ id, className: 'field', ...(described ? { 'aria-describedby': described } : {}), ...(fault ? { 'aria-invalid': true } : {}), ...(required ? { required } : {}) })}
      {note && (
        <p id={`${id}-note`} className="text-[0.93rem] text-soft">
          {note}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} className="text-[0.93rem] text-bad">
          {fault}
        </p>
      )}
    </div>
  );
}
