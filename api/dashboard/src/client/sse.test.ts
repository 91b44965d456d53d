import { expect, test } from 'vitest';
import { SseParser } from './sse';

test('events cut anywhere come out whole and in order', () => {
  const text = ': beat\n\nid: 7\nevent: RunStarted\ndata: {"a":1}\n\nevent: end\ndata: {}\n\n';
  for (let cut = 0; cut <= text.length; cut++) {
    const parser = new SseParser();
    const events = [...parser.take(text.slice(0, cut)), ...parser.take(text.slice(cut))];
    expect(events).toEqual([
      { id: '7', type: 'RunStarted', data: '{"a":1}' },
      { id: null, type: 'end', data: '{}' },
    ]);
  }
});
