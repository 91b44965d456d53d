import { expect, test } from 'vitest';
import { lineOf, locate, placesOf } from './locate';

const text = '{\n  "steps": [\n    {"stepId": "a\\"b", "with": {"x/y": 1}},\n    {"stepId": "c"}\n  ],\n  "n": -1.5e3\n}';

test('each pointer leads to its value, escapes and all', () => {
  const places = placesOf(text);
  for (const [pointer, place] of places) {
    const value = pointer.split('/').slice(1).reduce((of, key) => (of as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')], JSON.parse(text) as unknown);
    expect(JSON.parse(text.slice(place.start, place.end))).toEqual(value);
  }
  expect(places.size).toBe(9);
});

test('a pointer to what is not there leads to what is around it', () => {
  const place = locate(placesOf(text), '/steps/1/with/url');
  expect(text.slice(place.start, place.end)).toBe('{"stepId": "c"}');
  expect(lineOf(text, place.start)).toBe(4);
});
