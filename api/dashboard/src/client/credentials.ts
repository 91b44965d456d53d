export interface Credentials {
  email: string;
  apiKey: string;
}

/** What the link that `./dvt up` prints carries behind its `#`: the credentials, `incomplete` where one of them is missing, null where it is no such link. */
export function linkOf(hash: string): Credentials | 'incomplete' | null {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const [email, apiKey] = [given.get('email')?.trim(), given.get('key')?.trim()];
  if (email && apiKey) return { email, apiKey };
  return given.has('key') || given.has('email') ? 'incomplete' : null;
}

/** The remembered key signs a tab in again only where the tab was not somebody else's last. */
export function resumable(remembered: Credentials | null, last: { email: string } | null): Credentials | null {
  return remembered && (!last || last.email === remembered.email) ? remembered : null;
}
