import { expect, test } from 'vitest';
import { numberOf } from './NumberField';

test('an emptied or unfinished number is none, not zero and not NaN', () => {
  expect(['', ' ', '-', '1e', '4', '0', '0.05', '-2'].map(numberOf)).toEqual([undefined, undefined, undefined, undefined, 4, 0, 0.05, -2]);
});
