import assert from 'node:assert/strict';
import { api, env, look } from './lib.js';

const day = n => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);

export async function test({ enter }) {
  const page = await enter();
  await page.getByRole('link', { name: 'Bookings', exact: true }).click();
  await page.getByText('No unit yet').waitFor();

  // A unit with its price.
  await page.getByRole('tab', { name: 'Units and prices' }).click();
  await page.getByRole('button', { name: 'New unit' }).click();
  await page.getByLabel('Name').fill('Cabaña Lago');
  await page.getByLabel('Capacity').fill('4');
  await page.getByLabel('Price of a night').fill('4500.00');
  await page.getByRole('button', { name: 'Add a season' }).click();
  await look(page, 'unit');
  await page.getByRole('button', { name: 'Remove 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'Cabaña Lago' }).waitFor();

  // Another currency is that of every amount; a number can be emptied and typed anew.
  await page.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Cleaning fee').fill('500');
  await dialog.getByLabel('Currency').fill('USD');
  await dialog.getByRole('button', { name: 'Add a discount' }).click();
  await dialog.getByLabel('From so many nights').focus();
  await page.keyboard.press('Backspace');
  await page.keyboard.type('14');
  await dialog.getByLabel('Arrival from').fill('15:00');
  await look(page, 'unit-edited');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const [unit] = (await api('GET', '/v1/units')).items;
  assert.equal(unit.cleaningFee.currency, 'USD');
  assert.equal(unit.basePrice.currency, 'USD');
  assert.equal(unit.lengthDiscounts[0].minNights, 14);
  assert.equal(unit.checkInTime, '15:00');

  // Held, paid, confirmed.
  await page.getByRole('button', { name: 'New booking' }).click();
  await page.getByLabel('Check-in').fill(day(40));
  await page.getByLabel('Check-out').fill(day(42));
  await page.getByText(/2 nights cost/).waitFor();
  await page.getByLabel('Name of the guest').fill('Ana Pérez');
  await look(page, 'booking-new');
  await page.getByRole('button', { name: 'Hold the nights' }).click();
  await page.waitForURL(/bookings\/RES/);
  const code = new URL(page.url()).pathname.split('/').at(-1);
  await page.getByText(/expires/).waitFor();
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
  await page.getByRole('button', { name: 'Check in' }).waitFor();
  await page.getByRole('button', { name: 'Record a payment' }).click();
  await page.getByLabel('Reference').fill('receipt-1');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Partly paid').waitFor();
  for (const happened of ['Nights held', 'Payment recorded']) await page.getByRole('listitem').filter({ hasText: happened }).first().waitFor();
  await look(page, 'booking');

  // Nobody else gets those nights, and is told which are free.
  await page.goto(`${env.url}/bookings?month=${day(40).slice(0, 7)}`);
  await page.getByRole('link', { name: /Ana Pérez/ }).waitFor();
  await look(page, 'calendar');
  await page.getByRole('button', { name: 'New booking' }).click();
  await page.getByLabel('Check-in').fill(day(41));
  await page.getByLabel('Check-out').fill(day(43));
  await page.getByText('These nights are not free.').waitFor();
  await page.keyboard.press('Escape');

  // Nights that are not known are not free: none is shown before the API has answered.
  await page.route('**/v1/dashboards/calendar*', route => route.abort());
  await page.reload();
  await page.getByRole('alert').getByText('The API does not answer').waitFor();
  assert.equal(await page.locator('[data-day]').count(), 0);
  await page.unroute('**/v1/dashboards/calendar*');
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name: /Ana Pérez/ }).waitFor();

  // Dragged over free days.
  await page.getByRole('button', { name: 'Month after' }).click();
  const next = new Date(`${day(40).slice(0, 7)}-15T00:00:00Z`);
  next.setUTCMonth(next.getUTCMonth() + 1);
  const month = next.toISOString().slice(0, 7);
  await page.locator(`[data-day="Cabaña Lago ${month}-10"]`).hover();
  await page.mouse.down();
  await page.locator(`[data-day="Cabaña Lago ${month}-12"]`).hover();
  await page.mouse.up();
  assert.equal(await page.getByLabel('Check-out').inputValue(), `${month}-13`);
  await page.keyboard.press('Escape');

  // Found in the list, moved, cancelled.
  await page.getByRole('tab', { name: 'List' }).click();
  await page.getByRole('link', { name: code }).click();
  await page.getByRole('button', { name: 'Change the dates' }).click();
  await page.getByLabel('Check-out').fill(day(43));
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText(/3 nights/).waitFor();
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the booking' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('Cancelled', { exact: true }).waitFor();
  assert.equal((await api('GET', `/v1/bookings/${code}`)).status, 'cancelled');
}
