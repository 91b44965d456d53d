import assert from 'node:assert/strict';
import { within } from './lib.js';

/** A hundred thousand runs are there, made by whoever starts this test. */
export async function test({ enter }) {
  const page = await enter();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  const first = await page.evaluate(async () => {
    const begun = performance.now();
    document.querySelector('nav a[href="/runs"]').click();
    while (!document.querySelector('[data-run]')) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  });
  within('first rows of 100,000 runs', first, 300);

  // Scrolled without rest: rows are always there, and no frame waits long.
  const { slowest, rows } = await page.evaluate(async () => {
    const list = document.querySelector('[role=table]');
    let [slowest, last] = [0, performance.now()];
    for (let i = 0; i < 240; i++) {
      list.scrollTop += 160;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      slowest = Math.max(slowest, now - last);
      last = now;
    }
    return { slowest, rows: Number(/\d+/.exec(document.querySelector('main [role=status]').textContent.replace(/[.,]/g, ''))?.[0] ?? 0) };
  });
  within('slowest frame while scrolling', slowest, 100);
  assert.ok(await page.locator('[data-run]').count() < 100, 'rows out of sight are in the page');
  console.log(`figure: rows loaded while scrolling ${rows}`);
}
