// Keeps the files of one build of the application, so that it opens without a network; answers of the API are never kept.
// Both are filled in by scripts/pack.js.
const build = '';
const files = [];

const cacheName = `dvt-${build}`;

/** What is not the application's, though it is opened like a page of it. As in Dashboard.cs. */
const ofTheApi = ['/v1', '/openapi', '/docs', '/healthz', '/readyz', '/metrics', '/.well-known'];

// A new build waits for the pages of the one before to be closed: they still ask for its files.
self.addEventListener('install', event => event.waitUntil(caches.open(cacheName).then(cache => cache.addAll(files))));
self.addEventListener('activate', event => event.waitUntil(Promise.all([clean(), self.clients.claim()])));

self.addEventListener('fetch', event => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== self.location.origin || ofTheApi.some(path => pathname === path || pathname.startsWith(`${path}/`))) return;
  if (mode === 'navigate') event.respondWith(page(event.request));
  else if (files.includes(pathname)) event.respondWith(kept(event.request));
});

async function clean() {
  for (const name of await caches.keys()) if (name.startsWith('dvt-') && name !== cacheName) await caches.delete(name);
}

async function kept(request) {
  return (await (await caches.open(cacheName)).match(request)) ?? fetch(request);
}

// The network has the newest; without one the page of this build opens and says what is away.
async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(cacheName)).match('/index.html')) ?? Response.error();
  }
}
