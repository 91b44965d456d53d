import { expect, test } from 'vitest';
import { linkOf, resumable } from './credentials';

test('a sign-in link is told from any other address, and half of one from a whole one', () => {
  expect(linkOf('#email=ana%40example.org&key=dvt_1&default.sandboxUrl=x')).toEqual({ email: 'ana@example.org', apiKey: 'dvt_1' });
  expect(linkOf('#key=dvt_1')).toBe('incomplete');
  expect(linkOf('#email=ana%40example.org&key=')).toBe('incomplete');
  expect(linkOf('#details')).toBe(null);
  expect(linkOf('')).toBe(null);
});

test('a tab of one person never goes on with the remembered key of another', () => {
  const ana = { email: 'ana@example.org', apiKey: 'dvt_1' };
  expect(resumable(ana, { email: 'luis@example.org' })).toBe(null);
  expect(resumable(ana, { email: 'ana@example.org' })).toBe(ana);
  expect(resumable(ana, null)).toBe(ana);
  expect(resumable(null, null)).toBe(null);
});
