import { api, publish, within } from './lib.js';

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
}
