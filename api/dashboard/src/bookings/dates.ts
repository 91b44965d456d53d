/** Days as `YYYY-MM-DD`, counted without a time zone. */
export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** Days of the month `YYYY-MM`. */
export function daysOf(month: string): string[] {
  const first = `${month}-01`;
  return Array.from({ length: daysBetween(first, `${nextMonth(month)}-01`) }, (_, i) => addDays(first, i));
}

export function nextMonth(month: string, by = 1): string {
  const [year, of] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, of - 1 + by, 1)).toISOString().slice(0, 7);
}

/** By the reader's own calendar. */
export function today(): string {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}

/** Where `[from, to)` stands in a month: first column and how many, or null when outside. */
export function within(month: string, from: string, to: string): { start: number; length: number } | null {
  const days = daysOf(month);
  const start = Math.max(0, daysBetween(days[0]!, from));
  const end = Math.min(days.length, daysBetween(days[0]!, to));
  return end > start ? { start, length: end - start } : null;
}
