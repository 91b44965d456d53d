import createClient from 'openapi-fetch';
import { newId } from './ids';
import { ProblemError, problemOf, unreachable, type Problem } from './problem';
import type { components, paths } from './schema';
import { currentSession, freshToken } from './session';

export type Schemas = components['schemas'];

async function send(request: Request): Promise<Response> {
  const token = await freshToken();
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  if (request.method !== 'GET') {
    // Repeating what was sent is harmless, and the answer comes once the views show it.
    if (request.method === 'POST' && !request.headers.has('Idempotency-Key')) request.headers.set('Idempotency-Key', newId());
    if (!request.headers.has('Prefer')) request.headers.set('Prefer', 'wait=10');
  }
  const again = request.clone();
  try {
    const answer = await fetch(request);
    if (answer.status !== 401 || !currentSession()) return answer;
    const renewed = await freshToken(true);
    if (!renewed) return answer;
    again.headers.set('Authorization', `Bearer ${renewed}`);
    return await fetch(again);
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'AbortError') throw fault;
    throw unreachable();
  }
}

/** Every operation of the document, typed. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

/** The answer, or its problem thrown. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw error && typeof error === 'object' && 'code' in error ? new ProblemError(error as Problem) : await problemOf(response);
}

/** A file that the API makes, saved under the name given. */
export async function download(path: string, name: string): Promise<void> {
  const answer = await send(new Request(new URL(path, location.origin)));
  if (!answer.ok) throw await problemOf(answer);
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
