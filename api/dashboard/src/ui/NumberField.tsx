import { useEffect, useState, type InputHTMLAttributes } from 'react';

/** What a text says as a number; one that is empty or not finished says none. */
export function numberOf(text: string): number | undefined {
  const number = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** A field for a number that keeps what is typed: it can be emptied, and then there is no number. */
export function NumberField({ value, onValue, ...rest }: Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'type'> & { value: number | undefined; onValue: (value: number | undefined) => void }) {
  const [text, setText] = useState(value === undefined ? '' : String(value));
  useEffect(() => setText(typed => (numberOf(typed) === value ? typed : value === undefined ? '' : String(value))), [value]);
  return (
    <input
      {...rest}
      type="number"
      value={text}
      onChange={event => {
        setText(event.target.value);
        onValue(numberOf(event.target.value));
      }}
    />
  );
}
