import type { Schemas } from '../client/api';
import type { Unit } from './queries';

/** A unit as it is typed: numbers may be missing meanwhile, which the form does not let through where they are needed. */
export type UnitBody = Schemas['NewUnit'];

/** What the API gives and does not take back. */
const given = ['unitId', 'revision', 'createdAt', 'changedAt'] as const;

export const starter = { name: '', type: 'cabin', capacity: 2, basePrice: { amount: '', currency: 'DOP' } } as UnitBody;

export function bodyOf(unit: Unit): UnitBody {
  return Object.fromEntries(Object.entries(unit).filter(([name]) => !given.some(g => g === name))) as unknown as UnitBody;
}

/** Every amount of a unit is in one currency. */
export function inCurrency(body: UnitBody, currency: string): UnitBody {
  const turned = <M extends Schemas['Money'] | undefined>(money: M): M => money && { ...money, currency };
  return {
    ...body,
    basePrice: turned(body.basePrice),
    ...(body.cleaningFee ? { cleaningFee: turned(body.cleaningFee) } : {}),
    ...(body.extraGuestPrice ? { extraGuestPrice: turned(body.extraGuestPrice) } : {}),
    ...(body.seasons ? { seasons: body.seasons.map(s => (s.price ? { ...s, price: turned(s.price) } : s)) } : {}),
  };
}

/** An amount that is emptied is none, not an empty one. */
export function withAmount(body: UnitBody, name: 'cleaningFee' | 'extraGuestPrice', amount: string): UnitBody {
  const { [name]: _, ...rest } = body;
  return (amount === '' ? rest : { ...rest, [name]: { amount, currency: body.basePrice.currency } }) as UnitBody;
}

/** Lines of a text, without empty ones. */
export function linesOf(text: string): string[] {
  return text.split('\n').map(line => line.trim()).filter(Boolean);
}
