import { useSyncExternalStore } from 'react';

/** Who is signed in. The token lives as long as the tab, the key only while the page is open, unless it is to be remembered. */
export interface Session {
  token: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  email: string;
}

interface Credentials {
  email: string;
  apiKey: string;
}

const inTab = 'dvt.session';
const onDevice = 'dvt.credentials';

let credentials: Credentials | null = read(localStorage, onDevice);
let session: Session | null = read(sessionStorage, inTab);
if (session && session.expiresAt < Date.now()) session = null;

const listeners = new Set<() => void>();

function read<T>(store: Storage, key: string): T | null {
  try {
    return JSON.parse(store.getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

function change(next: Session | null) {
  session = next;
  if (next) sessionStorage.setItem(inTab, JSON.stringify(next));
  else sessionStorage.removeItem(inTab);
  for (const listener of listeners) listener();
}

export const currentSession = () => session;

export function useSession(): Session | null {
  return useSyncExternalStore(listener => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentSession);
}

/** Exchanges the key for a token; throws the answer when it is refused. */
export async function signIn(given: Credentials, remember: boolean): Promise<void> {
  const answer = await fetch('/v1/auth/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(given),
  });
  if (!answer.ok) throw answer;
  const { accessToken, expiresIn } = (await answer.json()) as { accessToken: string; expiresIn: number };
  credentials = given;
  if (remember) localStorage.setItem(onDevice, JSON.stringify(given));
  change({ token: accessToken, expiresAt: Date.now() + expiresIn * 1000, email: given.email });
}

export function signOut() {
  credentials = null;
  localStorage.removeItem(onDevice);
  change(null);
}

let renewing: Promise<void> | null = null;

/** A new token when the present one is about to end; several callers share one renewal. */
export async function freshToken(force = false): Promise<string | null> {
  const soon = Date.now() + 60_000;
  if (!force && session && session.expiresAt > soon) return session.token;
  if (credentials) {
    renewing ??= signIn(credentials, false).finally(() => (renewing = null));
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

/** What the link that `./dvt up` prints carries behind its `#`, which no server ever sees; taken away from the address at once. */
export function takeLink(): Credentials | null {
  const given = new URLSearchParams(location.hash.slice(1));
  const [email, apiKey] = [given.get('email'), given.get('key')];
  if (!email || !apiKey) return null;
  history.replaceState(null, '', location.pathname + location.search);
  return { email, apiKey };
}
