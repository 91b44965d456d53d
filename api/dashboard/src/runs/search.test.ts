import { expect, test } from 'vitest';
import { asFilter, asQuery, hindranceOf, labelOf, runsSearch } from './search';

test('an address with nonsense in it still opens, without the nonsense', () => {
  expect(runsSearch({ status: 'BROKEN', sort: 'x', q: 7, from: 'yesterday', label: '', other: 1 })).toEqual({ q: '7' });
});

test('a label becomes a parameter of its own', () => {
  expect(asQuery({ status: 'FAILED', label: 'channel=whatsapp' })).toEqual({ status: 'FAILED', 'label.channel': 'whatsapp' });
});

test('a bulk job gets the same filter, without the order', () => {
  expect(asFilter({ status: 'PAUSED', label: 'a=b', sort: 'queuedAt' })).toEqual({ filter: { status: 'PAUSED', labels: { a: 'b' } }, leftOut: [] });
});

test('a label is split at its first equals sign, and without one it is none', () => {
  expect(labelOf('a=b=c')).toEqual({ key: 'a', value: 'b=c' });
  expect(labelOf(' a = b ')).toEqual({ key: 'a', value: 'b' });
  for (const none of ['a', 'a=', '=b', ' = ']) expect(labelOf(none)).toBe(null);
  expect(asQuery({ label: 'a=b=c' })).toEqual({ 'label.a': 'b=c' });
});

test('a bulk job is not offered where it would choose other runs than the list', () => {
  expect(hindranceOf({ status: 'PAUSED', archived: 'true' })).toBe('archived');
  expect(hindranceOf({ status: 'PAUSED', label: 'channel' })).toBe('label');
  expect(hindranceOf({ sort: 'queuedAt' })).toBe('everything');
  expect(hindranceOf({ label: 'a=b' })).toBe(null);
});
