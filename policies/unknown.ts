/** Stands for a value that a preview can't know yet: it depends on a resource that is not made. */
export const UNKNOWN: unique symbol = Symbol("not known in this preview");
export type Known<T> = T | typeof UNKNOWN;

/**
 * `holder[key]` as plain data, with UNKNOWN wherever the value is not known yet.
 * Policies see properties through a proxy that throws at the first unknown value, which would end the whole policy as
 * a mere advice; one that reads through this function goes on with everything else that is known.
 */
export function reveal(holder: object, key: string | number): unknown {
  try {
    return revealed((holder as Record<string | number, unknown>)[key]);
  } catch (error) {
    if (error instanceof Error && "unknownTypeSentinel" in error) return UNKNOWN;
    throw error;
  }
}

function revealed(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => reveal(value, index));
  return Object.fromEntries(Object.keys(value).map((key) => [key, reveal(value, key)]));
}

/** True if `value`, or anything inside it, is UNKNOWN. */
export function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(holdsUnknown);
}
