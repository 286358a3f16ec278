type Loose = Readonly<Record<string, unknown>>;

/**
 * What a program asks for, out of what check is given: without what check itself decides (a resource's outputs may come
 * back as inputs) and without Pulumi's own keys. A key that nobody knows stays in, to be refused by name.
 */
export const askedIn = (news: Loose, decided: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(news).filter(
      ([key, value]) => value !== undefined && !key.startsWith("__") && !decided.includes(key),
    ),
  );
