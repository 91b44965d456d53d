import { beforeEach, expect, test, vi } from 'vitest';

const store = () => {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
};
const ana = { email: 'ana@example.org', apiKey: 'dvt_a' };
const luis = { email: 'luis@example.org', apiKey: 'dvt_l' };

/** The page loaded anew; whoever's key is known may sign in. */
const load = async () => {
  vi.resetModules();
  return import('./session');
};

beforeEach(() => {
  vi.stubGlobal('localStorage', store());
  vi.stubGlobal('sessionStorage', store());
  vi.stubGlobal('location', { hash: '', pathname: '/runs', search: '' });
  vi.stubGlobal('history', { state: null, replaceState: () => (location.hash = '') });
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    const { apiKey } = JSON.parse(body) as typeof ana;
    return [ana.apiKey, luis.apiKey].includes(apiKey) ? Response.json({ accessToken: `token of ${apiKey}`, expiresIn: 3600 }) : Response.json({ code: 'login_failed', status: 401, title: 'no', traceId: 'trace' }, { status: 401 });
  });
});

test('signing in without being remembered forgets whoever was remembered before', async () => {
  const page = await load();
  await page.signIn(ana, true);
  await page.signIn(luis, false);
  expect(localStorage.getItem('dvt.credentials')).toBe(null);
  expect(await page.freshToken(true)).toBe('token of dvt_l');
});

test('a tab whose session has ended does not go on as somebody else who is remembered', async () => {
  sessionStorage.setItem('dvt.session', JSON.stringify({ token: 'old', expiresAt: 1, email: luis.email }));
  localStorage.setItem('dvt.credentials', JSON.stringify(ana));
  const page = await load();
  await page.resume();
  expect(page.currentSession()).toBe(null);
});

test('a link signs in, leaves the address and what was remembered of another', async () => {
  localStorage.setItem('dvt.credentials', JSON.stringify(ana));
  const page = await load();
  location.hash = `#email=${luis.email}&key=${luis.apiKey}`;
  expect(await page.signInByLink()).toBe(true);
  expect(location.hash).toBe('');
  expect(page.currentSession()?.email).toBe(luis.email);
  expect(localStorage.getItem('dvt.credentials')).toBe(null);
});

test('a refused link or half of one ends the session that was there', async () => {
  for (const hash of [`#email=${luis.email}&key=dvt_wrong`, '#key=dvt_wrong']) {
    const page = await load();
    await page.signIn(ana, false);
    location.hash = hash;
    expect(await page.signInByLink()).toBe(true);
    expect(location.hash).toBe('');
    expect(page.currentSession()).toBe(null);
    expect(await page.freshToken(true)).toBe(null);
  }
  const page = await load();
  location.hash = '#section';
  expect(await page.signInByLink()).toBe(false);
  expect(location.hash).toBe('#section');
});
