import { look } from './lib.js';

export async function test({ enter }) {
  const page = await enter();
  await page.getByRole('link', { name: 'System' }).click();
  const view = page.getByRole('row').filter({ hasText: /^plan/ }).first();
  await view.waitFor();

  // What runs, who holds what, what waits, which jobs there are.
  const table = name => page.getByRole('region', { name, exact: true });
  for (const role of ['api', 'readmodels', 'workers']) await table('Processes').getByRole('row').filter({ hasText: new RegExp(`^${role}-\\d+.*Up`) }).first().waitFor();
  for (const domain of ['Runs', 'Bookings', 'Conversations']) await table('Slots').getByRole('row').filter({ hasText: new RegExp(`^${domain}16 / 16workers-`) }).waitFor();
  await table('Queues').getByRole('row').filter({ hasText: 'dvt.runs × 16' }).waitFor();
  await table('Queues').getByRole('row').filter({ hasText: /^dvt\.steps × \d+0/ }).waitFor();
  await table('Jobs').getByRole('row').filter({ hasText: /FireSchedules.*Done/ }).waitFor();
  await look(page, 'system');
  await page.getByText('Every slot', { exact: true }).click();
  await table('Every slot').getByRole('row').filter({ hasText: /^dvt\.runs\.3workers-/ }).waitFor();
  await page.getByText('Every queue', { exact: true }).click();
  await table('Every queue').getByRole('cell', { name: 'dvt.steps.http', exact: true }).waitFor();
  await look(page, 'system-each');
  await table('Jobs').scrollIntoViewIfNeeded();
  await look(page, 'system-jobs');
  await view.getByRole('button', { name: 'Rebuild' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rebuild' }).click();
  await page.getByText('The rebuild has begun.').waitFor();
  await page.getByText('What the processes count now').click();
  await page.getByRole('searchbox', { name: 'Filter the measures' }).fill('dvt_messages_published_total');
  await page.getByRole('cell', { name: 'dvt_messages_published_total' }).first().waitFor();
}
