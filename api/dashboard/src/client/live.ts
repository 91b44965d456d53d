import { SseParser, type ServerEvent } from './sse';
import { freshToken } from './session';

export type LiveState = 'connecting' | 'live' | 'away';

export interface Following {
  path: string;
  onEvents(events: ServerEvent[]): void;
  onState?(state: LiveState): void;
  signal: AbortSignal;
}

/** A page out of sight keeps its line this long: over HTTP/1.1 a browser opens six for all tabs together. */
const unseenMs = 5_000;

/** The API says something at least each 15 seconds: a line that is silent for longer is dead, whether or not anybody has noticed. */
const silenceMs = 40_000;

/** Reads a stream of the API until told to stop or it says `end`, and resumes behind the last event when the line breaks or the page was out of sight. */
export async function follow({ path, onEvents, onState, signal }: Following): Promise<void> {
  let lastId: string | null = null;
  for (let failures = 0; !signal.aborted; failures++) {
    await inSight(signal);
    const line = lineInSight(signal);
    try {
      line.heard();
      const token = await freshToken();
      if (!token) return;
      const answer = await fetch(path, {
        signal: line.signal,
        headers: { Authorization: `Bearer ${token}`, ...(lastId ? { 'Last-Event-ID': lastId } : {}) },
      });
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return;
      if (answer.ok && answer.body) {
        onState?.('live');
        failures = 0;
        const parser = new SseParser();
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          line.heard();
          const events = parser.take(part.value);
          if (events.length === 0) continue;
          for (const event of events) lastId = event.id ?? lastId;
          onEvents(events);
          if (events.some(e => e.type === 'end')) return;
        }
      }
    } catch {
      if (signal.aborted) return;
      if (line.signal.aborted && !line.isSilent()) continue;
    } finally {
      line.done();
    }
    onState?.('away');
    await new Promise(resolve => setTimeout(resolve, Math.min(500 * 2 ** failures, 10_000)));
  }
}

/** Kept by the browser for its back button, where open lines would stay open. */
let isLeft = false;
window.addEventListener('pagehide', () => (isLeft = true));
window.addEventListener('pageshow', () => (isLeft = false));

async function inSight(signal: AbortSignal): Promise<void> {
  while ((document.hidden || isLeft) && !signal.aborted)
    await new Promise<void>(resolve => {
      const again = () => {
        document.removeEventListener('visibilitychange', again);
        window.removeEventListener('pageshow', again);
        signal.removeEventListener('abort', again);
        resolve();
      };
      document.addEventListener('visibilitychange', again);
      window.addEventListener('pageshow', again);
      signal.addEventListener('abort', again);
    });
}

/** Aborted with the signal, when the page is left, when it has been out of sight for a while, and when nothing is heard any more. */
function lineInSight(signal: AbortSignal): { signal: AbortSignal; heard: () => void; isSilent: () => boolean; done: () => void } {
  const line = new AbortController();
  let timer = 0;
  let silence = 0;
  let silent = false;
  const drop = () => line.abort();
  const seen = () => {
    clearTimeout(timer);
    if (document.hidden) timer = window.setTimeout(drop, unseenMs);
  };
  signal.addEventListener('abort', drop);
  window.addEventListener('pagehide', drop);
  document.addEventListener('visibilitychange', seen);
  return {
    signal: line.signal,
    heard: () => {
      clearTimeout(silence);
      silence = window.setTimeout(() => {
        silent = true;
        drop();
      }, silenceMs);
    },
    isSilent: () => silent,
    done: () => {
      clearTimeout(timer);
      clearTimeout(silence);
      signal.removeEventListener('abort', drop);
      window.removeEventListener('pagehide', drop);
      document.removeEventListener('visibilitychange', seen);
    },
  };
}
