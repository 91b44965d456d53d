import { expect, test } from 'vitest';
import { draftOf, isChanged, isOvertaken, replacedBy, settled, type PlanVersion } from './draft';

const stored = (revision: number, name: string, state: PlanVersion['state'] = 'draft') =>
  ({ planId: 'p', version: '1.0.0', state, revision, document: { planId: 'p', version: '1.0.0', name, steps: [] } }) as unknown as PlanVersion;
const written = (draft: ReturnType<typeof draftOf>, name: string) => ({ ...draft, text: draft.text.replace(/"name": "[^"]*"/, `"name": "${name}"`) });

test('a text that was only laid out anew is not changed', () => {
  const draft = draftOf(stored(1, 'a'));
  expect(isChanged({ ...draft, text: '{"steps":[],"name":"a","version":"1.0.0","planId":"p"}' })).toBe(false);
  expect(isChanged(written(draft, 'b'))).toBe(true);
  expect(isChanged({ ...draft, text: '{"steps' })).toBe(true);
});

test('without changes of one\'s own the newer text is taken over', () => {
  expect(settled(draftOf(stored(1, 'a')), stored(2, 'theirs'))).toEqual(draftOf(stored(2, 'theirs')));
});

test('a changed text stays, with the revision it was loaded with, when somebody else has saved', () => {
  const mine = written(draftOf(stored(1, 'a')), 'mine');
  expect(settled(mine, stored(2, 'theirs'))).toBe(mine);
  expect(isOvertaken(mine, stored(2, 'theirs'))).toBe(true);
  expect(replacedBy(mine, { planId: 'p', version: '1.0.0' })?.revision).toBe(1);
});

test('what was just saved from here is no conflict, and neither is an answer from before it', () => {
  const mine = written(draftOf(stored(1, 'a')), 'mine');
  expect(isOvertaken(mine, stored(2, 'mine'))).toBe(false);
  expect(settled(mine, stored(2, 'mine')).base?.revision).toBe(2);
  expect(isOvertaken(draftOf(stored(3, 'mine')), stored(2, 'a'))).toBe(false);
});

test('a draft that somebody published meanwhile keeps the text and is replaced no more', () => {
  const mine = settled(written(draftOf(stored(1, 'a')), 'mine'), stored(2, 'a', 'published'));
  expect(isChanged(mine)).toBe(true);
  expect(replacedBy(mine, { planId: 'p', version: '1.0.0' })).toBe(null);
});

test('another version number makes a new version', () => {
  expect(replacedBy(draftOf(stored(1, 'a')), { planId: 'p', version: '1.1.0' })).toBe(null);
  expect(replacedBy(draftOf(null), { planId: 'my-plan', version: '1.0.0' })).toBe(null);
});
