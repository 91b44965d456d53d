import { expect, test } from 'vitest';
import { initialOf, isFormable } from './schema';

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
