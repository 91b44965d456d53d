import { expect, test } from 'vitest';
import { hasArrived } from './screenName';

const nowhere = { inMain: false, inDialog: false };

test('the focus goes to the heading of another screen, and to none when the application opens or stays', () => {
  expect(hasArrived('/', '/runs', nowhere)).toBe(true);
  expect(hasArrived(null, '/runs', nowhere)).toBe(false);
  expect(hasArrived('/runs', '/runs', nowhere)).toBe(false);
});

test('who is already at something on the new screen keeps the focus', () => {
  expect(hasArrived('/', '/runs', { inMain: true, inDialog: false })).toBe(false);
  expect(hasArrived('/', '/runs', { inMain: false, inDialog: true })).toBe(false);
});
