import assert from 'node:assert/strict';
import { env, look } from './lib.js';

const telephone = `${env.sandbox}/whatsapp/guests/${env.guest}`;

async function write(text) {
  const answer = await fetch(`${telephone}/text?phoneNumberId=${env.phoneNumberId}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ text }) });
  assert.ok(answer.ok, `the telephone answers ${answer.status}`);
}

/** Until the guest has read these words on the telephone. */
async function hears(words) {
  for (let tries = 0; ; tries++) {
    const { messages } = await (await fetch(telephone)).json();
    const said = messages.filter(m => m.from === 'business').map(m => m.text ?? '');
    if (said.some(text => text.includes(words))) return said;
    assert.ok(tries < 200, `the guest reads ${said.join(' | ')}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

/** A guest writes while somebody looks; a person takes over, answers by keyboard, hands back, and Dvt answers again. */
export async function test({ enter }) {
  const page = await enter();
  await page.getByRole('link', { name: 'Inbox', exact: true }).click();
  await page.getByText('No conversation yet').waitFor();
  await look(page, 'inbox-empty');
  await page.getByRole('button', { name: 'Telephones' }).click();
  const telephones = page.getByRole('list', { name: 'Telephones' });
  await telephones.getByText(env.phoneNumberId).waitFor();
  await page.getByLabel('Name').fill('Night desk');
  await page.getByLabel('Phone number id').fill(`9${env.phoneNumberId}`);
  await page.getByRole('button', { name: 'Register' }).click();
  await telephones.getByText('Night desk').waitFor();
  await look(page, 'inbox-telephones');
  await page.keyboard.press('Escape');

  await write('hola, ¿tienen piscina?');
  const conversations = page.getByRole('list', { name: 'Conversations' });
  await conversations.getByRole('button', { name: /Ana Pérez/ }).click();
  const said = page.getByRole('log', { name: 'Messages' });
  await said.getByText('¿tienen piscina?').waitFor();
  await page.getByText('Answered by Dvt', { exact: true }).waitFor();
  const answer = page.getByRole('textbox', { name: 'Answer' });
  assert.ok(await answer.isDisabled(), 'one answers without taking over');

  await page.getByRole('button', { name: 'Take over' }).click();
  await page.getByRole('button', { name: 'Hand back' }).waitFor();
  await write('sigo aquí, ¿hay alguien?');
  await said.getByText('sigo aquí, ¿hay alguien?').waitFor();
  await answer.fill('Buenas, soy Luis. Sí, hay piscina.');
  await answer.press('Enter');
  await said.getByText('Buenas, soy Luis. Sí, hay piscina.').waitFor();
  await hears('soy Luis');
  await said.getByRole('listitem').filter({ hasText: 'soy Luis' }).getByText(/Delivered|Sent/).waitFor();
  await look(page, 'inbox');
  for (const variant of ['dark', 'phone', 'night']) {
    const other = await enter(variant);
    await other.goto(page.url());
    await other.getByRole('log').getByText('soy Luis').waitFor();
    await look(other, `inbox-${variant}`);
    assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `the inbox is wider than the screen of ${variant}`);
    await other.context().close();
  }

  await page.getByRole('checkbox', { name: 'Only those with a person' }).check();
  await conversations.getByRole('button', { name: /Ana Pérez/ }).waitFor();
  await page.getByRole('button', { name: 'Hand back' }).click();
  await page.getByText('Nobody waits for a person').waitFor();
  const before = (await hears('soy Luis')).length;
  await write('¿qué servicios tienen?');
  for (let tries = 0; (await hears('soy Luis')).length === before; tries++) {
    assert.ok(tries < 200, 'Dvt does not answer again');
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}
