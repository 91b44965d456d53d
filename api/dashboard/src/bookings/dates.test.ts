import { expect, test } from 'vitest';
import { addDays, daysBetween, daysOf, nextMonth, within } from './dates';

test('months have their days, leap years too', () => {
  expect(daysOf('2028-02')).toHaveLength(29);
  expect(nextMonth('2026-12')).toBe('2027-01');
  expect(nextMonth('2026-01', -1)).toBe('2025-12');
});

test('adding days and counting them are opposites', () => {
  for (let n = -400; n < 400; n += 37) expect(daysBetween('2026-03-01', addDays('2026-03-01', n))).toBe(n);
});

test('a stay is cut at the edges of the month', () => {
  expect(within('2026-03', '2026-02-27', '2026-03-02')).toEqual({ start: 0, length: 1 });
  expect(within('2026-03', '2026-03-30', '2026-04-05')).toEqual({ start: 29, length: 2 });
  expect(within('2026-03', '2026-02-20', '2026-03-01')).toBeNull();
});
