import { expect, test } from 'vitest';
import blockers from '../../../../../contracts/Dvt.Engine/Runs/Blocker.cs?raw';
import problems from '../../../../Problems.cs?raw';
import { problemEn } from './common';
import { codesEn, codesEs } from './problems';
import { runEn } from './run';

test('every code of the API has words in both languages', () => {
  const codes = [...problems.matchAll(/new\(\d{3}, "(\w+)"/g)].map(match => match[1]!);
  expect(codes.length).toBeGreaterThan(60);
  expect(codes.filter(code => !(code in codesEn) && !(code in problemEn))).toEqual([]);
  expect(Object.keys(codesEs)).toEqual(Object.keys(codesEn));
});

test('every reason why a run does not move has words', () => {
  const codes = [...blockers.matchAll(/const string \w+ = "(\w+)"/g)].map(match => match[1]!);
  expect(codes.filter(code => !(code in runEn.blockerCodes))).toEqual([]);
});
