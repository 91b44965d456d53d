import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Where `npm run dev` finds the API.
const api = process.env.DVT_URL ?? 'http://127.0.0.1:5080';

export default defineConfig({
  plugins: [react(), tailwind()],
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, manifest: 'manifest.json' },
  server: { proxy: Object.fromEntries(['/v1', '/openapi', '/healthz', '/readyz', '/metrics', '/docs'].map(path => [path, api])) },
  test: { include: ['src/**/*.test.ts'] },
});
