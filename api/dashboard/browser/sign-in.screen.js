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

  const byLink = await enter('phone');
  assert.ok(!byLink.url().includes(env.key), 'the key stays in the address');
  await byLink.getByText('Menú').click();
  await byLink.getByText(/tenant-admin/).filter({ visible: true }).waitFor();
}
