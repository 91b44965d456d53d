/** A key is told with its owner, since many are called the same. */
export function namesOf(
  me: { userId?: string | undefined; apiKeyId?: string | undefined; name?: string | undefined; email?: string | undefined } | undefined,
  users: readonly { userId: string; name: string; email: string }[],
  keys: readonly { apiKeyId: string; userId: string; name: string }[],
): ReadonlyMap<string, string> {
  const names = new Map(users.map(u => [`user:${u.userId}`, u.name || u.email]));
  const own = me?.name || me?.email;
  if (me?.userId && own) names.set(`user:${me.userId}`, own);
  for (const key of keys) names.set(`key:${key.apiKeyId}`, [names.get(`user:${key.userId}`), key.name].filter(Boolean).join(' · '));
  if (me?.apiKeyId && own && !names.has(`key:${me.apiKeyId}`)) names.set(`key:${me.apiKeyId}`, own);
  return names;
}
