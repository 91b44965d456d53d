import { expect, test } from 'vitest';
import { onceKeys } from './onceKeys';

test('each content has a key of its own, also two of the same length, and keeps it', () => {
  let made = 0;
  const keyOf = onceKeys(() => `key-${++made}`);
  expect([{ n: 1 }, { n: 2 }, { n: 1 }, undefined].map(keyOf)).toEqual(['key-1', 'key-2', 'key-1', 'key-3']);
});
