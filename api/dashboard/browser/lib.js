// What the tests of screens share: a page that is signed in, the API beside it, and looks at it with axe.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const env = {
  url: process.env.DVT_URL,
  email: process.env.DVT_EMAIL,
  key: process.env.DVT_API_KEY,
  sandbox: process.env.DVT_SANDBOX_URL,
  browser: process.env.DVT_BROWSER,
  feed: process.env.DVT_FEED,
  guest: process.env.DVT_GUEST,
  phoneNumberId: process.env.DVT_PHONE_NUMBER_ID,
  shots: process.env.DVT_SHOTS,
};

/** Figures are always told; they are held to so many times their limit only when asked, since other tests run on the same machine. */
const slack = Number(process.env.DVT_SLACK ?? Infinity);

export function within(what, ms, limit) {
  console.log(`figure: ${what} ${Math.round(ms)} ms (limit ${limit} ms)`);
  assert.ok(ms <= limit * slack, `${what} took ${Math.round(ms)} ms`);
}

/** A call of the API as somebody else than the page; answers its JSON. */
export async function api(method, path, body) {
  const answer = await fetch(env.url + path, {
    method,
    headers: { 'X-Api-Key': env.key, Prefer: 'wait=10', ...(body ? { 'Content-Type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

export async function publish(plan) {
  await api('POST', '/v1/plans?publish=true', { version: '1.0.0', ...plan });
  // A busy machine may answer that it is accepted before it is listed.
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${env.url}/v1/plans/${plan.planId}`, { headers: { 'X-Api-Key': env.key } });
    if (answer.ok && (await answer.json()).newestPublished) return;
    assert.ok(tries < 200, `${plan.planId} is not published`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

export const start = (planId, runId, input = {}) => api('POST', '/v1/runs', { planRef: { planId }, runId, input });

/** Until the run is there and so, by the API. */
export async function until(runId, wanted) {
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${env.url}/v1/runs/${runId}`, { headers: { 'X-Api-Key': env.key } });
    const run = answer.ok ? await answer.json() : { status: `answered with ${answer.status}` };
    if (answer.ok && wanted(run)) return run;
    assert.ok(tries < 200, `${runId} is ${run.status} ${run.substatus ?? ''}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

const variants = {
  desktop: { colorScheme: 'light', locale: 'en-US', viewport: { width: 1360, height: 850 } },
  dark: { colorScheme: 'dark', locale: 'es-DO', viewport: { width: 1360, height: 850 } },
  phone: { colorScheme: 'light', locale: 'es-DO', viewport: { width: 390, height: 844 } },
  night: { colorScheme: 'dark', locale: 'en-US', viewport: { width: 390, height: 844 } },
};

/** Runs the test with the browser that is there, in contexts of its own; whatever a page complains about fails it. */
export async function withBrowser(test) {
  const browser = await chromium.connectOverCDP(env.browser);
  const contexts = [];
  const complaints = [];
  const open = async (variant = 'desktop') => {
    const context = await browser.newContext({ ...variants[variant], acceptDownloads: true, reducedMotion: 'reduce' });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', fault => complaints.push(String(fault)));
    page.on('console', message => {
      // A refusal of the API is what some tests are about; the rest, the content security policy above all, is not.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
    });
    return page;
  };
  const enter = async variant => {
    const page = await open(variant);
    await page.goto(`${env.url}/#email=${encodeURIComponent(env.email)}&key=${encodeURIComponent(env.key)}&default.sandboxUrl=${encodeURIComponent(env.sandbox)}`);
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
    return page;
  };
  try {
    await test({ open, enter });
    assert.deepEqual(complaints, []);
  } catch (fault) {
    if (env.shots) for (const [i, context] of contexts.entries()) for (const page of context.pages()) await page.screenshot({ path: `${env.shots}/failed-${i}.png` }).catch(() => undefined);
    throw fault;
  } finally {
    for (const context of contexts) await context.close();
    await browser.close();
  }
}

/** Takes a picture, where they are wanted, and lets axe find nothing serious or critical. */
export async function look(page, name) {
  if (env.shots) {
    mkdirSync(env.shots, { recursive: true });
    await page.screenshot({ path: `${env.shots}/${name}.png` });
  }
  const { violations } = await page.evaluate(`(() => { ${axeSource}; return axe.run(document, { resultTypes: ['violations'] }); })()`);
  const grave = violations.filter(v => v.impact === 'serious' || v.impact === 'critical');
  assert.deepEqual(grave.map(v => `${name}: ${v.impact} ${v.id}: ${v.nodes.map(n => n.html).join(' ').slice(0, 400)}`), []);
}

/** Presses Tab until what has the focus is called so. */
export async function tabTo(page, name, presses = 80) {
  for (let i = 0; i < presses; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') || document.activeElement?.textContent || document.activeElement?.labels?.[0]?.textContent || '');
    if (at.trim().startsWith(name)) return;
  }
  assert.fail(`the keyboard does not come to ${name}`);
}
