import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { env, look } from './lib.js';

export async function test({ enter }) {
  const page = await enter();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText('runs.signal').waitFor();
  await page.getByRole('tab', { name: 'Users' }).click();
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByLabel('Name').fill('Olga Operator');
  await page.getByLabel('Email').fill('olga@test.example');
  await page.getByRole('checkbox', { name: 'operator' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'olga@test.example' }).waitFor();
  await look(page, 'settings-users');

  await page.getByRole('tab', { name: 'API keys' }).click();
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill('laptop');
  await page.getByLabel('For').selectOption({ label: 'olga@test.example' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByText(/^dvt_/).waitFor();
  await look(page, 'settings-secret');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  const key = page.getByRole('row').filter({ hasText: 'laptop' });
  await key.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await key.getByText('Revoked').waitFor();

  await page.getByRole('tab', { name: 'Webhooks' }).click();
  await page.getByRole('button', { name: 'New endpoint' }).click();
  await page.getByLabel('Address').fill(`${env.sandbox}/webhooks/none`);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByText(/^whsec_/).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('A test event is on its way.').waitFor();
  await page.getByRole('button', { name: 'Deliveries' }).click();
  await page.getByRole('region', { name: 'Deliveries' }).getByRole('row').nth(1).getByRole('button').first().click();
  await page.getByRole('dialog').getByRole('region', { name: 'Body' }).waitFor();
  await look(page, 'settings-delivery');
  await page.keyboard.press('Escape');

  // Turned off after being asked, with its address.
  await page.getByRole('button', { name: 'Turn off' }).click();
  await page.getByRole('dialog').getByText(`${env.sandbox}/webhooks/none`).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click();
  await page.getByRole('button', { name: 'Turn on' }).waitFor();

  await page.getByRole('tab', { name: 'Audit' }).click();
  await page.getByRole('searchbox', { name: /Action/ }).fill('users.create').catch(() => undefined);
  await page.getByRole('searchbox', { name: /Action/ }).fill('');
  await page.getByRole('region', { name: 'Audit' }).getByRole('row').nth(3).waitFor();
  await look(page, 'settings-audit');

  // Taken away as a file, by the filters of the list, and verified.
  await page.getByRole('searchbox', { name: /Action/ }).fill('ApiKeyCreated');
  await page.waitForURL(/action=ApiKeyCreated/);
  await page.getByRole('button', { name: 'Export' }).click();
  const saving = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'As CSV' }).click();
  const file = await saving;
  assert.equal(file.suggestedFilename(), 'audit.csv');
  const lines = readFileSync(await file.path(), 'utf8').trimEnd().split('\r\n');
  assert.match(lines[0], /^id,kind,action/);
  assert.ok(lines.length > 1 && lines.slice(1).every(line => line.includes(',ApiKeyCreated,')), lines.join('\n'));
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('Nobody has touched it.').waitFor();
  await page.getByText(/entries checked/).waitFor();
  await look(page, 'settings-audit-verified');
}
