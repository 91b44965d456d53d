import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { api, look, publish, start, until } from './lib.js';

/** The newcomer's path: start the sample, watch it, and see home follow. */
export async function test({ enter }) {
  await publish(JSON.parse(readFileSync(new URL('../../../ops/samples/demo-tour.json', import.meta.url), 'utf8')));
  const page = await enter();
  await page.getByText('Begin here').waitFor();
  await look(page, 'home-empty');
  await page.getByRole('link', { name: 'Start the sample plan' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('guest').fill('Luis');
  await dialog.getByRole('button', { name: 'Start the run' }).click();
  await page.waitForURL(/\/runs\/[^/?]+/);
  const runId = new URL(page.url()).pathname.split('/').at(-1);
  await page.locator('[data-step=summary][data-status=COMPLETED]').waitFor({ timeout: 40_000 });
  const run = await until(runId, r => r.status === 'COMPLETED');
  assert.equal(run.input.guest, 'Luis');
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByRole('link', { name: /Completed, 24 h 1/ }).waitFor();

  // What happens elsewhere shows here without anybody asking.
  await publish({ planId: 'waits', steps: [{ stepId: 'wait', kind: 'wait', with: { signal: 'go' } }] });
  await start('waits', 'waiting-1');
  await page.getByRole('link', { name: /Running 1/ }).waitFor();
  await api('POST', '/v1/runs/waiting-1/signals', { type: 'CANCEL' });
  await page.getByRole('link', { name: /Running 0/ }).waitFor();
  await look(page, 'home');
}
