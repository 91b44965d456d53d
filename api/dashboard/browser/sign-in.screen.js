import assert from 'node:assert/strict';
import { env, look } from './lib.js';

export async function test({ open, enter }) {
  const page = await open();
  await page.goto(`${env.url}/runs`);
  await look(page, 'sign-in');
  await page.getByLabel('Email').fill(env.email);
  await page.getByLabel('API key').fill('dvt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('Email and key do not match').waitFor();
  await page.getByLabel('API key').fill(env.key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  // It leads where the address said.
  await page.getByRole('heading', { name: 'Runs' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Runs' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();

  // A link that is pasted into an open tab signs in there too; a refused one says why, and nobody goes on as who was there before.
  const link = key => page.evaluate(hash => (location.hash = hash), `email=${encodeURIComponent(env.email)}&key=${key}`);
  await link(env.key);
  await page.getByRole('heading', { name: 'Runs' }).waitFor();
  assert.ok(!page.url().includes(env.key), 'the key stays in the address of an open tab');
  await link('dvt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  await page.getByRole('alert').getByText('Email and key do not match').waitFor();
  await page.getByRole('alert').getByText(/trace \w+/).waitFor();
  assert.ok(!page.url().includes('dvt_'), 'a refused key stays in the address');
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();

  const byLink = await enter('phone');
  assert.ok(!byLink.url().includes(env.key), 'the key stays in the address');
  await byLink.getByText('Menú').click();
  await byLink.getByText(/tenant-admin/).filter({ visible: true }).waitFor();
}
