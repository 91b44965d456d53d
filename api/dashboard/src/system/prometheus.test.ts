import { expect, test } from 'vitest';
import { samplesOf } from './prometheus';

test('samples are read with their labels, buckets and comments left out', () => {
  expect(samplesOf('# HELP a b\na 1\nb{x="y, {z}"} 2.5e3\nc_bucket{le="1"} 3\n')).toEqual([
    { name: 'a', labels: '', value: 1 },
    { name: 'b', labels: 'x="y, {z}"', value: 2500 },
  ]);
});
