import { look, publish } from './lib.js';

export async function test({ enter }) {
  await publish({ planId: 'ticks', steps: [{ stepId: 'noop', kind: 'noop' }] });
  const page = await enter();
  await page.getByRole('link', { name: 'Schedules' }).click();
  await page.getByText('No schedule yet').waitFor();
  await page.getByRole('button', { name: 'New schedule' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/Name/).fill('Morning');
  await dialog.getByLabel(/^Plan/).fill('ticks');
  await dialog.getByLabel(/Cron/).fill('0 0 25 * * ?');
  await dialog.locator('[aria-invalid=true]').waitFor();
  await dialog.getByLabel(/Cron/).fill('0 0 9 ? * MON-FRI');
  await dialog.getByText(/The next occurrences/).waitFor();
  await look(page, 'schedule-new');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Morning' }).waitFor();
  await look(page, 'schedules');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused: it starts nothing.').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText(/^Next:/).waitFor();
  await page.getByRole('button', { name: 'Start now' }).click();
  await page.locator('[data-step=noop][data-status=COMPLETED]').waitFor();
  await page.getByRole('link', { name: 'Schedules' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText(/Delete Morning/).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No schedule yet').waitFor();
}
