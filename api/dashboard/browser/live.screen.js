import assert from 'node:assert/strict';
import { api, publish, start, within } from './lib.js';

/** Fifty events a second and more, for five seconds, while somebody looks. */
export async function test({ enter }) {
  await publish({ planId: 'burst', steps: [{ stepId: 'a', kind: 'noop' }, { stepId: 'b', kind: 'noop' }] });
  const page = await enter();
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  const lag = page.evaluate(async () => {
    const lags = [];
    const end = performance.now() + 5_000;
    while (performance.now() < end) {
      const begun = performance.now();
      await new Promise(resolve => setTimeout(resolve, 20));
      lags.push(performance.now() - begun - 20);
    }
    return lags.sort((a, b) => a - b)[Math.floor(lags.length * 0.95)];
  });
  // Six events a run: nine runs a second.
  for (let i = 0; i < 45; i++) {
    await api('POST', '/v1/runs', { planRef: { planId: 'burst' } });
    await new Promise(resolve => setTimeout(resolve, 60));
  }
  within('lag of the page under 50 events/s, 95th percentile', await lag, 50);
  await page.locator('[data-run]').nth(5).waitFor();

  // Further down no row moves: what comes new is told, and shown when it is wanted.
  const list = page.getByRole('table', { name: 'Runs' });
  await page.waitForFunction(() => document.querySelector('[role=table]').scrollHeight > 1_500);
  await list.evaluate(table => (table.scrollTop = 600));
  const places = () => page.locator('[data-run]').evaluateAll(rows => rows.map(r => [r.dataset.run, r.getBoundingClientRect().top]).sort());
  await page.waitForTimeout(4_000);
  const before = await places();
  await start('burst', 'burst-late');
  await page.getByRole('button', { name: /^1 new/ }).waitFor();
  assert.deepEqual(await places(), before);
  await page.getByRole('button', { name: /^1 new/ }).click();
  await page.locator('[data-run=burst-late]').waitFor();
  assert.equal(await list.evaluate(table => table.scrollTop), 0);
}
