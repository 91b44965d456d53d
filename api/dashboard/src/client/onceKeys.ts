import { newId } from './ids';

/** A key for each content: the same however often it is sent, so that a second press does nothing twice, and another as soon as it says something else. */
export function onceKeys(make: () => string = newId): (content: unknown) => string {
  const keys = new Map<string, string>();
  return content => {
    const text = JSON.stringify(content);
    const key = keys.get(text) ?? make();
    keys.set(text, key);
    return key;
  };
}
