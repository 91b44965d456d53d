import { expect, test } from 'vitest';
import { emptyOf, initialOf, isFormable } from './schema';

const guest = {
  type: 'object',
  properties: { url: { type: 'string' }, guest: { type: 'string', default: 'Ana' }, nights: { type: 'integer' }, kind: { enum: ['a', 'b'] } },
  required: ['url'],
  examples: [{ url: 'http://example.org', nights: 9 }],
};

test('a form begins with defaults, and with the example only where something is required', () => {
  expect(initialOf(guest)).toEqual({ url: 'http://example.org', guest: 'Ana' });
});

test('what is kept under the name of a field goes before its example', () => {
  expect(initialOf(guest, { url: 'http://127.0.0.1:1' })).toMatchObject({ url: 'http://127.0.0.1:1' });
});

test('a schema with branches is beyond forms, at any depth', () => {
  expect(isFormable(guest)).toBe(true);
  expect(isFormable({ type: 'object', properties: { a: { oneOf: [] } } })).toBe(false);
  expect(isFormable({ type: 'array', items: { type: 'object', properties: { b: {} } } })).toBe(false);
});

test('an optional object begins left out, a required one and one that its defaults fill do not', () => {
  const address = { type: 'object', properties: { street: { type: 'string' }, country: { type: 'string', default: 'DO' } }, required: ['street'] };
  const of = (required: string[]) => ({ type: 'object', properties: { address, note: { type: 'object', properties: { text: { type: 'string' } } }, place: { ...address, required: ['country'] } }, required });
  expect(initialOf(of([]))).toEqual({ place: { country: 'DO' } });
  expect(initialOf(of(['address']))).toEqual({ address: { country: 'DO' }, place: { country: 'DO' } });
});

test('a new item is of the type of its list, and nothing where no empty value is', () => {
  expect(emptyOf({ type: 'string' })).toBe('');
  expect(emptyOf({ type: 'integer' })).toBe(undefined);
  expect(emptyOf({ type: 'integer', default: 3 })).toBe(3);
  expect(emptyOf({ type: 'boolean' })).toBe(false);
  expect(emptyOf({ enum: ['a'] })).toBe(undefined);
  expect(emptyOf({ type: 'array', items: { type: 'string' } })).toEqual([]);
  expect(emptyOf({ type: 'object', properties: { a: { default: 1 } } })).toEqual({ a: 1 });
});
