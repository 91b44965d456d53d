import { env, look, publish, start, until } from './lib.js';

const pages = ['/', '/runs', '/runs/seen-1', '/runs/seen-1?tab=timeline', '/runs/seen-1?tab=events', '/approvals', '/plans', '/plans/seen', '/plans/seen?tab=edit', '/schedules', '/dead-letters', '/bookings', '/bookings?tab=list', '/bookings?tab=units', '/system', '/settings', '/settings?tab=keys', '/settings?tab=audit', '/nowhere'];

/** Each screen in Spanish and English, light and dark, on a desk and on a phone. */
export async function test({ enter }) {
  await publish({ planId: 'seen', steps: [{ stepId: 'greet', kind: 'transform', with: { text: 'Hola' } }, { stepId: 'ask', kind: 'approval', with: { roles: ['operator'], title: '¿Seguimos?', fourEyes: false } }] });
  await start('seen', 'seen-1');
  await until('seen-1', r => r.steps.some(s => s.approval));
  for (const variant of ['desktop', 'dark', 'phone', 'night']) {
    const page = await enter(variant);
    for (const path of pages) {
      await page.goto(env.url + path);
      await page.locator('main h1, main p.font-medium').first().waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' }).catch(() => undefined);
      // Nothing is wider than the screen.
      await page.waitForFunction(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1);
      await look(page, `${variant}${path.replace(/\W+/g, '-')}`);
    }
  }
}
