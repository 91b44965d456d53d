import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { copy } from './copy';

/** A value as indented JSON; focusable, so that a keyboard can scroll it. */
export function Json({ value, label, max = 'max-h-80' }: { value: unknown; label: string; max?: string }) {
  const text = JSON.stringify(value, null, 2) ?? '';
  return (
    <div className="relative">
      <pre tabIndex={0} role="region" aria-label={label} className={`${max} overflow-auto rounded-md border border-line bg-bg p-3 pr-11 font-mono text-[0.86rem] leading-relaxed`}>
        {text}
      </pre>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={text} />
      </div>
    </div>
  );
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  return (
    <Button
      look="quiet"
      small
      aria-label={label ?? t('common.copy')}
      title={label ?? t('common.copy')}
      onClick={() => {
        void copy(text).then(copied => {
          setDone(copied);
          setTimeout(() => setDone(false), 1_500);
        });
      }}
    >
      {done ? <Check aria-hidden className="size-4 text-ok" /> : <Copy aria-hidden className="size-4" />}
    </Button>
  );
}

/** Text of JSON being edited: the value, or what is wrong and where. */
export function parseJson(text: string): { value: unknown; fault: undefined } | { value: undefined; fault: string } {
  try {
    return { value: text.trim() === '' ? undefined : JSON.parse(text), fault: undefined };
  } catch (fault) {
    return { value: undefined, fault: fault instanceof Error ? fault.message : String(fault) };
  }
}
