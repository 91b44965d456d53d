// Names the built files in the service worker, compresses what was built and fails when the first load is too large: node scripts/pack.js
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const shellLimit = 300 * 1024;

const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));
rmSync(join(dist, 'manifest.json'));

// What opens without a network after one visit: the page and every file that it may ask for, under the name of this build.
const kept = readdirSync(join(dist, 'assets')).filter(name => /\.(js|css|svg)$/.test(name)).map(name => `/assets/${name}`).sort();
const build = createHash('sha256').update(readFileSync(join(dist, 'index.html'))).update(kept.join()).digest('hex').slice(0, 16);
const worker = join(dist, 'sw.js');
writeFileSync(worker, readFileSync(worker, 'utf8').replace("const build = '';", `const build = '${build}';`).replace('const files = [];', `const files = ${JSON.stringify(['/index.html', '/icon.svg', ...kept])};`));

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(html|js|css|svg|webmanifest)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }));
}

// What the page itself fetches before any screen: the entry, what it imports, and their styles.
const shell = new Set(['index.html']);
function add(key) {
  const chunk = manifest[key];
  if (shell.has(chunk.file)) return;
  shell.add(chunk.file);
  for (const css of chunk.css ?? []) shell.add(css);
  for (const inner of chunk.imports ?? []) add(inner);
}
add('index.html');

const size = [...shell].reduce((sum, file) => sum + readFileSync(join(dist, `${file}.gz`)).length, 0);
console.log(`shell: ${(size / 1024).toFixed(1)} KB gzipped in ${shell.size} files (limit ${shellLimit / 1024} KB)`);
if (size > shellLimit) {
  console.error('the shell is over its limit: split what was added to it');
  process.exit(1);
}
