import { env, publish, tabTo, until } from './lib.js';

/** Starts, pauses and repairs a run without a mouse. */
export async function test({ enter }) {
  await publish({
    planId: 'keys', steps: [
      { stepId: 'rest', kind: 'wait', with: { signal: 'go', timeout: 'PT4S' }, onError: 'continue', retry: { maxAttempts: 1 } },
      { stepId: 'call', kind: 'http', with: { url: `${env.sandbox}/nothing-there` }, onError: 'park', retry: { maxAttempts: 1 } },
    ],
  });
  const page = await enter();
  await tabTo(page, 'Plans');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Plans' }).waitFor();
  await page.getByRole('link', { name: 'Start keys' }).waitFor();
  await tabTo(page, 'Start keys');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(page, 'Start the run');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/runs\/[^/?]+/);
  const runId = new URL(page.url()).pathname.split('/').at(-1);
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await tabTo(page, 'Pause');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Send the signal');
  await page.keyboard.press('Enter');
  await until(runId, r => r.status === 'PAUSED');
  await page.getByRole('button', { name: 'Resume', exact: true }).first().waitFor();
  await tabTo(page, 'Resume');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Send the signal');
  await page.keyboard.press('Enter');
  await until(runId, r => r.substatus === 'STEP_FAILED');
  await page.getByRole('button', { name: 'Skip a step' }).first().waitFor();
  await tabTo(page, 'Skip a step');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Send the signal');
  await page.keyboard.press('Enter');
  await until(runId, r => r.status === 'COMPLETED');
}
