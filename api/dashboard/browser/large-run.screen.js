import assert from 'node:assert/strict';
import { env, look, publish, start, until, within } from './lib.js';

const steps = 500;

export async function test({ enter }) {
  const id = i => `s${String(i).padStart(3, '0')}`;
  await publish({ planId: 'large', steps: Array.from({ length: steps }, (_, i) => ({ stepId: id(i), kind: 'noop', dependsOn: i === 0 ? [] : [id(Math.floor((i - 1) / 3))] })) });
  await start('large', 'large-1');
  await until('large-1', r => r.status === 'COMPLETED');
  const page = await enter();
  // The code of the screen is there, as it is for whoever has seen a run before.
  await publish({ planId: 'small', steps: [{ stepId: 'only', kind: 'noop' }] });
  await start('small', 'small-1');
  await page.goto(`${env.url}/runs/small-1`);
  await page.locator('[data-step=only]').waitFor();
  await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
  await page.locator('[data-run=large-1]').waitFor();
  const drawn = await page.evaluate(async () => {
    const begun = performance.now();
    document.querySelector('[data-run="large-1"] a').click();
    while (document.querySelectorAll('[data-step][data-status=COMPLETED]').length < 20) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  });
  within(`a run of ${steps} steps drawn`, drawn, 1_000);
  // Only what is in sight is drawn; what is too small to be read is told by colour and shape, and by words to whom sees neither.
  assert.ok(await page.locator('[data-step]').count() < steps / 2);
  const first = page.getByRole('group', { name: 's000', exact: true });
  await first.getByRole('img', { name: 'Completed' }).waitFor();
  await look(page, 'run-large');
  await page.getByRole('button', { name: 'Zoom In' }).click();
  await page.getByRole('button', { name: 'Zoom In' }).click();
  await first.getByText('Completed').waitFor();
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await page.getByRole('button', { name: /^s000/ }).waitFor();
  assert.equal(await page.getByRole('tab', { name: /Events/ }).textContent().then(t => Number(/\d+/.exec(t)[0]) > steps), true);
}
