import { expect, test } from 'vitest';
import { namesOf } from './names';

test('users are told by their names, keys with their owners, and oneself without any right to lists', () => {
  const names = namesOf({ userId: 'u1', apiKeyId: 'k1', name: 'Ana' }, [{ userId: 'u2', name: '', email: 'luis@example.org' }], [{ apiKeyId: 'k2', userId: 'u2', name: 'ci' }]);
  expect(Object.fromEntries(names)).toEqual({ 'user:u1': 'Ana', 'user:u2': 'luis@example.org', 'key:k1': 'Ana', 'key:k2': 'luis@example.org · ci' });
  expect(namesOf(undefined, [], []).size).toBe(0);
});
