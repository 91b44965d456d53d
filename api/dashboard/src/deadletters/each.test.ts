import { expect, test } from 'vitest';
import { ProblemError } from '../client/problem';
import { each, untilNoMore } from './each';

const refusal = (status: number) => new ProblemError({ type: 'about:blank', title: '', status, code: `http_${status}`, traceId: '' });

test('a refusal does not keep the letters behind it from being carried out', async () => {
  const outcome = await each(['a', 'b', 'c'], async id => {
    if (id === 'b') throw refusal(409);
  });
  expect(outcome).toMatchObject({ done: ['a', 'c'], refused: ['b'] });
  expect(outcome.fault).toBeInstanceOf(ProblemError);
});

test('when nothing answers any more the rest is left alone and told', async () => {
  const asked: string[] = [];
  const outcome = await each(['a', 'b', 'c'], async id => {
    asked.push(id);
    if (id === 'b') throw refusal(0);
  });
  expect(asked).toEqual(['a', 'b']);
  expect(outcome).toMatchObject({ done: ['a'], refused: ['b', 'c'] });
});

test('a cause of more letters than go at once is asked for until none is left', async () => {
  const answers = [{ items: [1, 2], more: true }, { items: [3], more: false }];
  expect(await untilNoMore(3, async () => answers.shift()!)).toBe(3);
  expect(await untilNoMore(3, async () => ({ items: [], more: true }))).toBe(0);
});

test('letters that come back at once are not sent for ever', async () => {
  expect(await untilNoMore(4, async () => ({ items: [1, 2], more: true }))).toBe(4);
});
