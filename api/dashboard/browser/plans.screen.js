import assert from 'node:assert/strict';
import { api, look, publish } from './lib.js';

export async function test({ enter }) {
  await publish({ planId: 'greets', inputSchema: { type: 'object', properties: { who: { type: 'string', title: 'Who' }, times: { type: 'integer', minimum: 1 } }, required: ['who'] }, steps: [{ stepId: 'greet', kind: 'transform', with: { text: 'Hola ${input.who}' } }], output: '${steps.greet.result}' });
  const page = await enter();
  await page.getByRole('link', { name: 'Plans', exact: true }).first().click();
  await page.getByRole('link', { name: /^greets/ }).click();
  await page.locator('[data-step=greet]').waitFor();

  // A fault is told where it is, and keeps the plan from being published.
  await page.getByRole('tab', { name: 'JSON' }).click();
  const editor = page.getByRole('textbox', { name: 'The plan as JSON' });
  const good = await editor.inputValue();
  await editor.fill(good.replace('1.0.0', '1.1.0').replace('"transform"', '"trensform"'));
  await page.getByText('1 fault', { exact: true }).waitFor();
  await look(page, 'plan-faults');
  await page.getByRole('button', { name: /unknown_kind/ }).click();
  await page.waitForFunction(() => document.activeElement instanceof HTMLTextAreaElement && document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd).includes('trensform'));
  await page.getByRole('button', { name: 'Publish' }).and(page.locator(':disabled')).waitFor();
  await editor.fill(good.replace('1.0.0', '1.1.0').replace('Hola', 'Buenas'));
  await page.getByText('No fault found.').waitFor();
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.getByText('The draft is saved.').waitFor();

  // What is written stays over the tabs, is what is simulated, and is not left without a word.
  await editor.fill(good.replace('1.0.0', '1.1.0').replace('Hola', 'Saludos'));
  await page.getByText('Not saved yet').waitFor();
  await page.getByRole('tab', { name: 'Simulate' }).click();
  await page.getByText(/which is not saved yet/).waitFor();
  await page.getByRole('textbox', { name: 'Input' }).fill('{"who":"Ana"}');
  await page.getByRole('button', { name: 'Simulate' }).click();
  await page.getByRole('region', { name: 'Output' }).getByText('Saludos Ana').waitFor();
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.getByRole('dialog', { name: 'Leave this page?' }).getByText(/would be lost/).waitFor();
  await look(page, 'plan-leave');
  await page.getByRole('button', { name: 'Stay here' }).click();
  await page.getByRole('tab', { name: 'JSON' }).click();
  assert.match(await editor.inputValue(), /Saludos/);

  // Somebody else has saved the draft meanwhile: nothing is overwritten unseen.
  const { document } = await api('GET', '/v1/plans/greets/versions/1.1.0');
  await api('PUT', '/v1/plans/greets/versions/1.1.0', { ...document, name: 'Theirs' });
  const conflict = page.getByRole('region', { name: /stored with another text/ });
  await page.getByRole('button', { name: 'Publish' }).click();
  await conflict.getByText(/Somebody changed the draft/).waitFor();
  await conflict.getByRole('button', { name: 'Show the difference' }).click();
  await conflict.getByText(/−.*Theirs/).waitFor();
  await look(page, 'plan-conflict');
  await conflict.getByRole('button', { name: 'Load what is stored' }).click();
  assert.match(await editor.inputValue(), /Theirs/);

  // A draft that was saved and changed again is published as it is now.
  await editor.fill(good.replace('1.0.0', '1.1.0').replace('Hola', 'Buenas'));
  await page.getByText('No fault found.').waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Published.', { exact: true }).waitFor();
  await page.getByText('Not saved yet').waitFor({ state: 'detached' });

  // What is different.
  await page.getByRole('tab', { name: 'Versions' }).click();
  await page.getByRole('region', { name: '1.0.0 → 1.1.0' }).getByText(/\+.*Buenas/).waitFor();
  await look(page, 'plan-diff');

  // What it would do.
  await page.getByRole('tab', { name: 'Simulate' }).click();
  await page.getByRole('textbox', { name: 'Input' }).fill('{"who":"Ana"}');
  await page.getByRole('button', { name: 'Simulate' }).click();
  await page.getByRole('region', { name: 'Output' }).getByText('Buenas Ana').waitFor();
  await look(page, 'plan-simulated');

  // Started by a form that its schema makes.
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByLabel('Who').fill('Eva');
  await page.getByLabel('times').fill('2');
  await look(page, 'plan-start');
  await page.getByRole('button', { name: 'Start the run' }).click();
  await page.waitForURL(/\/runs\/[^/?]+/);
  await page.getByRole('tab', { name: 'Input and output' }).click();
  await page.getByRole('region', { name: 'Output' }).getByText('Buenas Eva').waitFor();

  await page.getByRole('link', { name: 'Plans', exact: true }).first().click();
  await page.getByRole('link', { name: 'New plan' }).click();
  await page.getByText('No fault found.').waitFor();
  await page.getByRole('tab', { name: 'Simulate' }).click();
  await page.getByRole('button', { name: 'Simulate' }).click();
  await page.getByText(/It would take/).waitFor();
  await api('GET', '/v1/plans/greets');
}
