import { language } from '../i18n';

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

const made = new Map<string, unknown>();

/** In the language of the page. One is dear to make, in time and in memory outside of the heap, so each is made once. */
export function formatter<F, O>(kind: new (language: string, options: O) => F, options: O): F {
  const key = `${kind.name} ${language()} ${JSON.stringify(options)}`;
  let there = made.get(key) as F | undefined;
  if (!there) made.set(key, (there = new kind(language(), options)));
  return there;
}

/** "3 minutes ago", in the language of the page. */
export function ago(at: string | number | Date, now = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const [unit, size] = units.find(([, s]) => Math.abs(seconds) >= s) ?? ['second', 1];
  return formatter(Intl.RelativeTimeFormat, { numeric: 'auto', style: 'short' }).format(Math.trunc(seconds / size), unit);
}

export function moment(at: string | number | Date): string {
  return formatter(Intl.DateTimeFormat, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
}

export function hourMinute(at: number): string {
  return formatter(Intl.DateTimeFormat, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

export function clock(at: string | number | Date): string {
  return formatter(Intl.DateTimeFormat, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(at));
}

/** Milliseconds as "340 ms", "2.4 s", "3 min 20 s", "5 h 2 min". */
export function span(ms: number): string {
  const number = (n: number, digits = 0) => formatter(Intl.NumberFormat, { maximumFractionDigits: digits }).format(n);
  if (ms < 1_000) return `${number(Math.max(0, Math.round(ms)))} ms`;
  if (ms < 60_000) return `${number(ms / 1_000, 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function between(from: string | undefined, to: string | undefined, now = Date.now()): string {
  return from ? span((to ? new Date(to).getTime() : now) - new Date(from).getTime()) : '–';
}

export function count(n: number): string {
  return formatter(Intl.NumberFormat, {}).format(n);
}

export function money(of: { amount: string; currency: string }): string {
  return formatter(Intl.NumberFormat, { style: 'currency', currency: of.currency, currencyDisplay: 'code' }).format(Number(of.amount));
}

/** An ISO 8601 duration of days and less, in milliseconds. */
export function durationMs(text: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text);
  if (!match) return Number.NaN;
  const [days, hours, minutes, seconds] = match.slice(1).map(part => Number(part ?? 0)) as [number, number, number, number];
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

export function isoDuration(text: string): string {
  const ms = durationMs(text);
  return Number.isNaN(ms) ? text : span(ms);
}
