import assert from 'node:assert/strict';
import { api, env, look } from './lib.js';

const day = n => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);

async function platform(path, body) {
  const answer = await fetch(`${env.sandbox}/calendars/${env.feed}${path}`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `the platform answers ${answer.status}`);
}

/** A calendar is added, clashes with a booking, fails, recovers and goes; what the guest was told is on the booking's page. */
export async function test({ enter }) {
  const page = await enter();
  const feeds = async of => {
    await of.goto(`${env.url}/bookings?tab=feeds`);
    await of.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
  };
  await feeds(page);
  await page.getByText('No feed yet').waitFor();
  const unit = await api('POST', '/v1/units', { name: 'Cabaña Lago', type: 'cabin', capacity: 4, basePrice: { amount: '4500.00', currency: 'DOP' } });
  const booking = await api('POST', '/v1/bookings', { unitId: unit.unitId, checkIn: day(40), checkOut: day(42), guests: 2, guest: { name: 'Ana Pérez', email: 'ana@guests.example' } });
  await platform('', { style: 'airbnb', events: [{ uid: 'clash', from: day(41), to: day(43) }, { uid: 'free', from: day(50), to: day(52) }] });

  await feeds(page);
  await page.getByRole('button', { name: 'New feed' }).click();
  await page.getByRole('dialog').getByLabel('Address of the calendar').fill(`${env.sandbox}/calendars/${env.feed}.ics?s=hushhush`);
  await look(page, 'feed-new');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Cabaña Lago' });
  await row.waitFor();
  await row.getByRole('button', { name: 'Read now' }).click();
  await row.getByText('Healthy').waitFor();
  await page.getByRole('region', { name: 'Conflicts' }).getByRole('link', { name: booking.code }).waitFor();
  await look(page, 'feeds');

  await platform('/behaviour', { status: 500 });
  await row.getByRole('button', { name: 'Read now' }).click();
  await row.getByText('it answered with HTTP 500').waitFor();
  for (const variant of ['dark', 'phone', 'night']) {
    const other = await enter(variant);
    await feeds(other);
    await other.getByText('HTTP 500').waitFor();
    await look(other, `feeds-${variant}`);
    assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `feeds are wider than the screen of ${variant}`);
    await other.context().close();
  }
  await row.getByRole('button', { name: 'Details' }).click();
  const ours = page.getByRole('dialog').getByText(/\/v1\/ical\//);
  const before = await ours.textContent();
  assert.ok(!(await page.getByRole('dialog').textContent()).includes('hushhush'), 'the secret of the address is shown');
  await look(page, 'feed');
  await page.getByRole('button', { name: 'New address' }).click();
  await page.getByRole('dialog').last().getByRole('button', { name: 'New address' }).last().click();
  await page.getByText('Give the new address to the platform.').waitFor();
  await page.waitForFunction(old => ![...document.querySelectorAll('code')].some(c => c.textContent === old), before);
  await page.keyboard.press('Escape');

  await page.getByRole('region', { name: 'Conflicts' }).getByRole('link', { name: booking.code }).click();
  await page.getByRole('list', { name: 'Messages' }).getByRole('button', { name: 'Nights held' }).click();
  await page.getByRole('dialog').getByText('To ana@guests.example').waitFor();
  await look(page, 'booking-message');
  await page.keyboard.press('Escape');
  await look(page, 'booking-messages');

  // The booking gives way, and with it the conflict; then the calendar goes.
  await api('POST', `/v1/bookings/${booking.code}/cancellation`, { reason: 'sold elsewhere' });
  await feeds(page);
  await row.getByRole('button', { name: 'Delete' }).waitFor();
  await page.getByRole('region', { name: 'Conflicts' }).waitFor({ state: 'detached' });
  await row.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No feed yet').waitFor();
}
