import assert from 'node:assert/strict';
import { api, env, look, publish, start, until } from './lib.js';

export async function test({ enter }) {
  await publish({
    planId: 'repair', inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
    steps: [
      { stepId: 'ask', kind: 'approval', with: { roles: ['operator'], title: 'Go on?', fourEyes: false } },
      { stepId: 'go', kind: 'wait', with: { signal: 'go' } },
      { stepId: 'call', kind: 'http', with: { url: `${env.sandbox}\${input.path}` }, onError: 'park', retry: { maxAttempts: 1 } },
      { stepId: 'end', kind: 'transform', with: { ok: true } },
    ],
    output: { status: '${steps.call.result.status}' },
  });
  await start('repair', 'repair-1', { path: '/nothing-there' });
  const page = await enter();
  await page.goto(`${env.url}/runs/repair-1`);

  // Answered where it is asked.
  await page.getByRole('heading', { name: 'Go on?' }).waitFor();
  await look(page, 'run-approval');
  await page.getByLabel('Comment').fill('fine');
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.locator('[data-step=ask][data-status=COMPLETED]').waitFor();

  // Paused, resumed, and told what it waits for.
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByLabel(/Reason/).fill('lunch');
  await page.getByRole('button', { name: 'Send the signal', exact: true }).click();
  await page.getByRole('button', { name: 'Resume', exact: true }).first().click();
  await page.getByRole('button', { name: 'Send the signal', exact: true }).click();
  // A problem is told inside the dialog, where it can be read and closed.
  await page.getByRole('button', { name: 'Send the signal go' }).click();
  await page.route('**/external-signals', route => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'The run has ended', status: 409, code: 'RUN_TERMINAL', traceId: 'trace-1' }) }));
  await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click();
  const problem = page.getByRole('dialog').getByRole('alert');
  await problem.getByText('The run has ended').waitFor();
  await look(page, 'run-dialog-problem');
  await page.getByRole('dialog').getByRole('button', { name: 'Dismiss this message' }).last().click();
  await problem.waitFor({ state: 'detached' });
  await page.unroute('**/external-signals');
  await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click();

  // Broken, seen to, and repaired with another input.
  await page.locator('[data-step=call][data-status=FAILED]').click();
  const step = page.getByRole('region', { name: 'Step call' });
  await step.getByText(/404/).first().waitFor();
  await look(page, 'run-parked');
  // The same by the keyboard, for another step.
  await page.getByRole('group', { name: 'go', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Step go' }).waitFor();
  await page.getByRole('group', { name: 'call', exact: true }).click();
  await step.getByRole('button', { name: 'Retry' }).click();
  await page.getByLabel('Input of the new attempt').fill(JSON.stringify({ url: `${env.sandbox}/http/echo` }));
  await page.getByRole('button', { name: 'Send the signal', exact: true }).click();
  const run = await until('repair-1', r => r.status === 'COMPLETED');
  assert.equal(run.output.status, 200);
  await page.locator('[data-step=end][data-status=COMPLETED]').waitFor();

  // Who started it, by name.
  const { name, email } = await api('GET', '/v1/me');
  await page.getByTitle(/^(user|key):/).first().filter({ hasText: name || email }).waitFor();

  // How it came about, event by event.
  const slider = page.getByRole('slider', { name: 'History' });
  await slider.focus();
  await slider.press('Home');
  await page.getByText(/^Event 1 of/).waitFor();
  await page.locator('[data-step=end][data-status=PENDING]').waitFor();
  await page.getByRole('button', { name: 'Back to now' }).click();
  await page.locator('[data-step=end][data-status=COMPLETED]').waitFor();
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await page.getByRole('button', { name: /^call/ }).waitFor();
  await look(page, 'run-timeline');
  await page.getByRole('tab', { name: /Events/ }).click();
  await page.getByRole('searchbox', { name: 'Filter the events' }).fill('StepFailed');
  await page.getByRole('button', { name: 'StepFailed' }).click();
  await page.getByRole('region', { name: /StepFailed/ }).waitFor();
  await look(page, 'run-events');
  await page.getByRole('tab', { name: 'Input and output' }).click();
  await page.getByRole('region', { name: 'Output' }).getByText('200').waitFor();
  await page.getByRole('tab', { name: 'Signals' }).click();
  await page.getByText('“lunch”').waitFor();
  await look(page, 'run-signals');

  // Taken away, and found to be sound.
  await page.getByRole('button', { name: 'Export' }).click();
  const [report] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Report as JSON' }).click()]);
  assert.equal(report.suggestedFilename(), 'repair-1.json');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'Verify' }).click();
  await page.getByText(/The history folds to the same state/).waitFor();

  // Again, as a new run that knows where it comes from, and is not shown as far back as the one before was.
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await slider.focus();
  await slider.press('Home');
  await page.getByText(/^Event 1 of/).waitFor();
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.getByLabel(/From step/).selectOption('call');
  await page.getByRole('button', { name: 'Send the signal', exact: true }).click();
  await page.getByRole('link', { name: /From run repair-1/ }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Back to now' }).count(), 0);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Send the signal', exact: true }).click();
  await page.getByRole('status').getByText('Cancelled').first().waitFor();
}
