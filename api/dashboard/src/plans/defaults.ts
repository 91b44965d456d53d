const kept = 'dvt.defaults';

/** The link of `./dvt up` may say what fields of start forms begin with, as `default.sandboxUrl=…`: taken before the link is cleared. */
export function keepDefaults() {
  const given = [...new URLSearchParams(location.hash.slice(1))].filter(([name]) => name.startsWith('default.'));
  if (given.length > 0) localStorage.setItem(kept, JSON.stringify(Object.fromEntries(given.map(([name, value]) => [name.slice('default.'.length), value]))));
}

export function keptDefaults(): Record<string, string> {
  return JSON.parse(localStorage.getItem(kept) ?? '{}') as Record<string, string>;
}
