import { expect, test } from 'vitest';
import source from '../../public/sw.js?raw';

const origin = 'https://dvt.example';

/** The service worker as it is packed for a build, with caches of its own. */
function worker(build: string, files: string[], there: Map<string, Map<string, string>>, network: (path: string) => string) {
  const listeners: Record<string, (event: unknown) => void> = {};
  const self = { location: { origin }, clients: { claim: async () => undefined }, addEventListener: (name: string, act: (event: unknown) => void) => (listeners[name] = act) };
  const fetch = async (request: { url: string }) => network(new URL(request.url).pathname);
  const caches = {
    open: async (name: string) => {
      const cache = there.get(name) ?? new Map<string, string>();
      there.set(name, cache);
      return {
        addAll: async (paths: string[]) => paths.forEach(path => cache.set(path, network(path))),
        match: async (of: string | { url: string }) => cache.get(typeof of === 'string' ? of : new URL(of.url).pathname),
      };
    },
    keys: async () => [...there.keys()],
    delete: async (name: string) => there.delete(name),
  };
  const packed = source.replace("const build = '';", `const build = '${build}';`).replace('const files = [];', `const files = ${JSON.stringify(files)};`);
  new Function('self', 'caches', 'fetch', 'Response', packed)(self, caches, fetch, { error: () => 'error' });
  const happen = async (name: string, of: object = {}) => {
    let done: unknown;
    listeners[name]!({ ...of, waitUntil: (work: unknown) => (done = work), respondWith: (answer: unknown) => (done = answer) });
    return await done;
  };
  return { happen, open: (path: string, mode = 'navigate') => happen('fetch', { request: { method: 'GET', mode, url: origin + path } }) };
}

const away = () => {
  throw new TypeError('no network');
};

test('after one visit any page of the application opens without a network', async () => {
  const caches = new Map<string, Map<string, string>>();
  const files = ['/index.html', '/assets/a.js'];
  await worker('1', files, caches, path => `file ${path}`).happen('install');
  const offline = worker('1', files, caches, away);
  expect(await offline.open('/runs/7')).toBe('file /index.html');
  expect(await offline.open('/assets/a.js', 'cors')).toBe('file /assets/a.js');
});

test('what the API answers is never kept nor replaced, though it is opened like a page', async () => {
  const caches = new Map<string, Map<string, string>>();
  const offline = worker('1', ['/index.html'], caches, away);
  for (const path of ['/docs', '/metrics', '/readyz', '/openapi/v1.json', '/v1/runs/export']) expect(await offline.open(path)).toBeUndefined();
});

test('a new build takes the files of the one before away once it is in charge, and those of nobody else', async () => {
  const caches = new Map([['dvt-1', new Map<string, string>()], ['other', new Map<string, string>()]]);
  const next = worker('2', ['/index.html'], caches, path => path);
  await next.happen('install');
  expect([...caches.keys()]).toEqual(['dvt-1', 'other', 'dvt-2']);
  await next.happen('activate');
  expect([...caches.keys()]).toEqual(['other', 'dvt-2']);
});
