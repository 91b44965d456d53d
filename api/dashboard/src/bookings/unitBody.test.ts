import { expect, test } from 'vitest';
import type { Unit } from './queries';
import { bodyOf, inCurrency, linesOf, starter, withAmount } from './unitBody';

const money = (amount: string, currency = 'DOP') => ({ amount, currency });

test('another currency is that of every amount, and an amount that is not there is not made', () => {
  const body = inCurrency({ ...starter, cleaningFee: money('500'), extraGuestPrice: money('300'), seasons: [{ from: '2026-12-01', to: '2026-12-31', price: money('9000') }, { from: '2026-07-01', to: '2026-07-31', multiplier: 1.25 }] }, 'USD');
  expect([body.basePrice.currency, body.cleaningFee!.currency, body.extraGuestPrice!.currency, body.seasons![0]!.price!.currency]).toEqual(['USD', 'USD', 'USD', 'USD']);
  expect(body.seasons![1]).toEqual({ from: '2026-07-01', to: '2026-07-31', multiplier: 1.25 });
  expect(Object.keys(inCurrency(starter, 'USD'))).toEqual(Object.keys(starter));
});

test('an emptied amount is left out', () => {
  const body = withAmount(starter, 'cleaningFee', '500');
  expect(body.cleaningFee).toEqual(money('500'));
  expect('cleaningFee' in withAmount(body, 'cleaningFee', '')).toBe(false);
});

test('what the API made of a unit is not sent back, all else is', () => {
  const unit = { ...starter, unitId: 'u', revision: 3, createdAt: 'then', timeZone: 'America/Santo_Domingo', policies: { pets: 'No' } } as unknown as Unit;
  expect(bodyOf(unit)).toEqual({ ...starter, timeZone: 'America/Santo_Domingo', policies: { pets: 'No' } });
});

test('amenities are the lines that say something', () => expect(linesOf(' pool \n\nwifi\n')).toEqual(['pool', 'wifi']));
