import type { ButtonHTMLAttributes } from 'react';

export type Look = 'primary' | 'plain' | 'quiet' | 'danger';

const looks: Record<Look, string> = {
  primary: 'bg-accent text-on-accent border-transparent hover:brightness-110',
  plain: 'bg-panel text-text border-line hover:bg-raised',
  quiet: 'bg-transparent text-soft border-transparent hover:bg-raised hover:text-text',
  danger: 'bg-panel text-bad border-line hover:bg-bad-soft',
};

export function buttonClass(look: Look = 'plain', small = false): string {
  const size = small ? 'min-h-7 px-2 text-[0.93rem]' : 'min-h-9 px-3';
  return `inline-flex items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors disabled:opacity-50 disabled:cursor-not-allowed ${size} ${looks[look]}`;
}

export function Button({ look = 'plain', small = false, busy = false, className = '', ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look; small?: boolean; busy?: boolean }) {
  return <button type="button" aria-busy={busy || undefined} {...rest} disabled={rest.disabled || busy} className={`${buttonClass(look, small)} ${className}`} />;
}
