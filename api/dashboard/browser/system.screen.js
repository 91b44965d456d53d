import { look } from './lib.js';

export async function test({ enter }) {
  const page = await enter();
  await page.getByRole('link', { name: 'System' }).click();
  const view = page.getByRole('row').filter({ hasText: /^plan/ }).first();
  await view.waitFor();
  await look(page, 'system');
  await view.getByRole('button', { name: 'Rebuild' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rebuild' }).click();
  await page.getByText('The rebuild has begun.').waitFor();
  await page.getByText('What this process counts now').click();
  await page.getByRole('cell', { name: 'dvt_messages_published_total' }).first().waitFor();
}
