import assert from 'node:assert/strict';
import { look, until } from './lib.js';

/** Two letters are there, made by whoever starts this test: starts of `quick` whose bodies no worker can read, for the runs `letter-1` and `letter-2`. */
export async function test({ enter }) {
  const page = await enter();
  await page.getByRole('link', { name: 'Dead letters', exact: true }).click();
  const row = n => page.getByRole('row').filter({ hasText: `letter-${n}` });
  await row(1).waitFor();
  await row(2).waitFor();
  await look(page, 'dead-letters');
  await row(1).getByRole('button', { name: 'StartRun' }).click();
  await page.getByRole('button', { name: 'Edit the body' }).click();
  await look(page, 'dead-letter-edit');
  await page.getByLabel('Body').fill(JSON.stringify({ runId: 'letter-1', planId: 'quick', input: {}, context: {} }));
  await page.getByRole('button', { name: 'Replay as edited' }).click();
  await until('letter-1', r => r.status === 'COMPLETED');
  await row(1).waitFor({ state: 'detached' });
  await page.getByRole('checkbox', { name: /shown/ }).check();
  assert.equal(await row(2).getByRole('checkbox').isChecked(), true);
  await page.getByRole('button', { name: 'Discard them' }).click();
  await page.getByLabel('Reason').fill('made by a test');
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await row(2).waitFor({ state: 'detached' });
  await page.getByText('No dead letter').waitFor();
}
