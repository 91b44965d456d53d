import assert from 'node:assert/strict';
import { api, look, publish, start, until } from './lib.js';

export async function test({ enter }) {
  await publish({ planId: 'waits', steps: [{ stepId: 'wait', kind: 'wait', with: { signal: 'go' } }] });
  await publish({ planId: 'quick', steps: [{ stepId: 'noop', kind: 'noop' }] });
  for (const n of [1, 2, 3]) await start('waits', `list-wait-${n}`);
  await start('quick', 'list-quick');
  for (const n of [1, 2, 3]) await until(`list-wait-${n}`, r => r.status === 'RUNNING');
  const page = await enter();
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.locator('[data-run=list-quick]').waitFor();

  // Filters are in the address and under a name.
  await page.getByRole('combobox', { name: 'Status' }).selectOption('RUNNING');
  await page.locator('[data-run=list-quick]').waitFor({ state: 'detached' });
  assert.match(page.url(), /status=RUNNING/);
  await page.getByRole('searchbox', { name: /Search by run/ }).fill('list-wait-2');
  await page.locator('[data-run=list-wait-1]').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.getByLabel('Name of the view').fill('Number two');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.locator('[data-run=list-quick]').waitFor();
  await page.getByRole('button', { name: 'Number two', exact: true }).click();
  await page.locator('[data-run=list-quick]').waitFor({ state: 'detached' });
  await page.reload();
  await page.locator('[data-run=list-wait-2]').waitFor();
  await look(page, 'runs-filtered');

  // Not without a filter, and not by a label that is none: others would be signalled than those that are listed.
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  const refuses = async why => {
    await page.getByRole('button', { name: 'Signal all that match' }).click();
    await page.getByRole('dialog').getByText(why).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Preview' }).and(page.locator(':disabled')).waitFor();
    await page.keyboard.press('Escape');
  };
  await refuses(/every run there is/);
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('searchbox', { name: /^Label/ }).fill('channel');
  await page.getByText(/as it is now it filters nothing/).waitFor();
  await refuses(/more runs would match than you mean/);
  await look(page, 'runs-label');
  await page.getByRole('button', { name: 'Clear', exact: true }).click();

  // All that are loaded at once.
  await page.getByRole('searchbox', { name: /Search by run/ }).fill('list');
  await page.getByText('4 runs shown').waitFor();
  await page.getByRole('checkbox', { name: /^Select all/ }).check();
  await page.getByText('4 runs selected').waitFor();
  await page.getByRole('checkbox', { name: /^Select all/ }).uncheck();
  await page.getByText('4 runs selected').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.locator('[data-run=list-quick]').waitFor();

  // Those selected, with what they are told first.
  for (const n of [1, 2]) await page.getByRole('checkbox', { name: `Select list-wait-${n}` }).check();
  await page.getByRole('button', { name: 'Signal them' }).click();
  await look(page, 'runs-bulk');
  await page.getByRole('button', { name: 'Signal 2 runs' }).click();
  await page.getByText('2 accepted · 0 refused').waitFor();
  for (const n of [1, 2]) await until(`list-wait-${n}`, r => r.status === 'PAUSED');
  assert.equal((await api('GET', '/v1/runs/list-wait-3')).status, 'RUNNING');
  await page.keyboard.press('Escape');

  // All that match, with a preview by the API.
  await page.getByRole('combobox', { name: 'Status' }).selectOption('PAUSED');
  await page.getByRole('button', { name: 'Signal all that match' }).click();
  await page.getByRole('dialog').getByLabel('Signal', { exact: true }).selectOption('CANCEL');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('2 runs match').waitFor();
  await page.getByRole('button', { name: 'Signal 2 runs' }).click();
  await page.getByText('2 accepted · 0 refused').waitFor();
  for (const n of [1, 2]) await until(`list-wait-${n}`, r => r.status === 'CANCELLED');
  await api('POST', '/v1/runs/list-wait-3/signals', { type: 'CANCEL' });
}
