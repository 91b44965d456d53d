import { expect, test } from 'vitest';
import { diffLines } from './diff';

test('taking the new lines away gives the old text, and the other way round', () => {
  let seed = 7;
  const random = (n: number) => (seed = (seed * 48_271) % 2_147_483_647) % n;
  for (let round = 0; round < 200; round++) {
    const text = () => Array.from({ length: random(12) }, () => 'abcd'[random(4)]).join('\n');
    const [before, after] = [text(), text()];
    const lines = diffLines(before, after);
    expect(lines.filter(l => l.kind !== 'new').map(l => l.text).join('\n')).toBe(before);
    expect(lines.filter(l => l.kind !== 'old').map(l => l.text).join('\n')).toBe(after);
  }
});

test('what is the same is not told as changed', () => {
  expect(diffLines('a\nb\nc', 'a\nx\nc').map(l => l.kind)).toEqual(['same', 'old', 'new', 'same']);
});
