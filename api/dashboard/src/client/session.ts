import { useSyncExternalStore } from 'react';
import { linkOf, resumable, type Credentials } from './credentials';
import { problemOf, ProblemError, unreachable } from './problem';

/** Who is signed in. The token lives as long as the tab, the key only while the page is open, unless it is to be remembered. */
export interface Session {
  token: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  email: string;
}

const inTab = 'dvt.session';
const onDevice = 'dvt.credentials';

let session: Session | null = read(sessionStorage, inTab);
let credentials: Credentials | null = resumable(read(localStorage, onDevice), session);
if (session && session.expiresAt < Date.now()) session = null;

const listeners = new Set<() => void>();

function read<T>(store: Storage, key: string): T | null {
  try {
    return JSON.parse(store.getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

function tell() {
  for (const listener of listeners) listener();
}

function change(next: Session | null) {
  session = next;
  if (next) sessionStorage.setItem(inTab, JSON.stringify(next));
  else sessionStorage.removeItem(inTab);
  tell();
}

export const currentSession = () => session;

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSession(): Session | null {
  return useSyncExternalStore(subscribe, currentSession);
}

/** A person signs in. What was remembered of whoever did before is forgotten, unless this is to be remembered instead; throws the answer when it is refused. */
export async function signIn(given: Credentials, remember: boolean): Promise<void> {
  const next = await exchange(given);
  credentials = given;
  change(next);
  if (remember) localStorage.setItem(onDevice, JSON.stringify(given));
  else localStorage.removeItem(onDevice);
  refuse(null);
}

/** Exchanges the key for a token. */
async function exchange(given: Credentials): Promise<Session> {
  const answer = await fetch('/v1/auth/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(given),
  });
  if (!answer.ok) throw answer;
  const { accessToken, expiresIn } = (await answer.json()) as { accessToken: string; expiresIn: number };
  return { token: accessToken, expiresAt: Date.now() + expiresIn * 1000, email: given.email };
}

export function signOut() {
  credentials = null;
  localStorage.removeItem(onDevice);
  change(null);
}

let renewing: Promise<void> | null = null;

async function renew(given: Credentials): Promise<void> {
  const next = await exchange(given);
  // Somebody else may have signed in meanwhile.
  if (credentials === given) change(next);
}

/** A new token when the present one is about to end; several callers share one renewal. */
export async function freshToken(force = false): Promise<string | null> {
  const soon = Date.now() + 60_000;
  if (!force && session && session.expiresAt > soon) return session.token;
  if (credentials) {
    renewing ??= renew(credentials).finally(() => (renewing = null));
    try {
      await renewing;
    } catch (refused) {
      if (!(refused instanceof Response)) throw refused;
      signOut();
    }
  } else if (force) {
    change(null);
  }
  return session && session.expiresAt > Date.now() ? session.token : null;
}

/** Remembered on this device: signs in again before anything is shown. */
export async function resume(): Promise<void> {
  if (!session && credentials) await freshToken(true).catch(() => null);
}

let refusal: ProblemError | null = null;

function refuse(why: ProblemError | null) {
  refusal = why;
  tell();
}

/** Why the last link did not sign in. */
export function useLinkRefusal(): ProblemError | null {
  return useSyncExternalStore(subscribe, () => refusal);
}

/** Takes a sign-in link out of the address, whose `#` no server ever sees, and signs in by it; false when the address has none. Whoever was signed in here is so no more, also when the link is refused. */
export async function signInByLink(): Promise<boolean> {
  const link = linkOf(location.hash);
  if (!link) return false;
  history.replaceState(history.state, '', location.pathname + location.search);
  credentials = null;
  change(null);
  try {
    if (link === 'incomplete') refuse(new ProblemError({ type: 'about:blank', title: 'incomplete link', status: 0, code: 'link_incomplete', traceId: '' }));
    else await signIn(link, read<Credentials>(localStorage, onDevice)?.apiKey === link.apiKey);
  } catch (refused) {
    refuse(refused instanceof Response ? await problemOf(refused) : unreachable());
  }
  return true;
}
