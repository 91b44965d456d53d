import { look, until } from './lib.js';

/** Somebody else has asked for two jobs that wait for a second person: one is approved, the other rejected. */
export async function test({ enter }) {
  const page = await enter();
  await page.getByRole('link', { name: 'System' }).click();
  const jobs = page.getByRole('region', { name: 'Bulk jobs', exact: true });
  const pause = jobs.getByRole('row').filter({ hasText: /^Pause/ });
  const cancel = jobs.getByRole('row').filter({ hasText: /^Cancel/ });
  await pause.getByText('waits for approval').waitFor();
  await look(page, 'bulk-waits');
  await cancel.getByRole('button', { name: 'Reject' }).click();
  await page.getByLabel('Reason (optional)').fill('not these');
  await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
  await cancel.getByText('Rejected').waitFor();
  await pause.getByRole('button', { name: 'Approve' }).click();
  await page.getByText(/Pause for 2 runs, asked by/).waitFor();
  await look(page, 'bulk-review');
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await pause.getByText('Completed').waitFor();
  for (const n of [1, 2]) await until(`reviewed-${n}`, r => r.status === 'PAUSED');
  await cancel.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('A second person said no, or it was withdrawn.').waitFor();
  await look(page, 'bulk-rejected');
}
