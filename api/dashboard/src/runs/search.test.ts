import { expect, test } from 'vitest';
import { asFilter, asQuery, runsSearch } from './search';

test('an address with nonsense in it still opens, without the nonsense', () => {
  expect(runsSearch({ status: 'BROKEN', sort: 'x', q: 7, from: 'yesterday', label: '', other: 1 })).toEqual({ q: '7' });
});

test('a label becomes a parameter of its own', () => {
  expect(asQuery({ status: 'FAILED', label: 'channel=whatsapp' })).toEqual({ status: 'FAILED', 'label.channel': 'whatsapp' });
});

test('a bulk job gets the same filter, without the order', () => {
  expect(asFilter({ status: 'PAUSED', label: 'a=b', sort: 'queuedAt' })).toEqual({ filter: { status: 'PAUSED', labels: { a: 'b' } }, leftOut: [] });
});
