import { afterEach, beforeEach, expect, test, vi } from 'vitest';

vi.mock('./session', () => ({ freshToken: async () => 'token' }));

const listening = { addEventListener: () => undefined, removeEventListener: () => undefined };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { ...listening, setTimeout: (act: () => void, ms: number) => setTimeout(act, ms) });
  vi.stubGlobal('document', { ...listening, hidden: false });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** An API that takes the line and says a heartbeat at each of these moments, then nothing. */
function answering(heartbeatsMs: number[]) {
  return vi.fn(async (_path: string, { signal }: { signal: AbortSignal }) => ({
    ok: true,
    status: 200,
    body: new ReadableStream<Uint8Array>({
      start(stream) {
        for (const at of heartbeatsMs) setTimeout(() => signal.aborted || stream.enqueue(new TextEncoder().encode(': here\n\n')), at);
        signal.addEventListener('abort', () => stream.error(new DOMException('', 'AbortError')));
      },
    }),
  }));
}

async function followed(heartbeatsMs: number[], forMs: number) {
  const fetch = answering(heartbeatsMs);
  vi.stubGlobal('fetch', fetch);
  const { follow } = await import('./live');
  const stop = new AbortController();
  const states: string[] = [];
  const following = follow({ path: '/v1/stream', signal: stop.signal, onEvents: () => undefined, onState: state => states.push(state) });
  await vi.advanceTimersByTimeAsync(forMs);
  const lines = fetch.mock.calls.length;
  stop.abort();
  await vi.advanceTimersByTimeAsync(15_000);
  await following;
  return { lines, states };
}

test('a line on which nothing is heard any more is told as away and opened anew', async () => {
  expect(await followed([], 39_000)).toMatchObject({ lines: 1, states: ['live'] });
  expect(await followed([], 41_000)).toMatchObject({ lines: 2, states: ['live', 'away', 'live'] });
});

test('a line with heartbeats stays', async () => {
  expect(await followed([15_000, 30_000, 45_000, 60_000], 90_000)).toMatchObject({ lines: 1, states: ['live'] });
});
