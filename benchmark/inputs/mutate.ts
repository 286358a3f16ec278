import type { Random } from "../../engine/random";

type Loose = Record<string, unknown>;
type Path = readonly (string | number)[];

/** A place of a document: an object that allows no other keys than its own, or a value of a known type. */
interface Place {
  readonly path: Path;
  readonly value: unknown;
}

/** What a mutation did, and the text that came out. */
export interface Mutant {
  readonly what: string;
  readonly text: string;
}

const isObject = (value: unknown): value is Loose =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function places(value: unknown, path: Path = []): Place[] {
  if (Array.isArray(value)) return [{ path, value }, ...value.flatMap((item, i) => places(item, [...path, i]))];
  if (!isObject(value)) return [{ path, value }];
  return [{ path, value }, ...Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]))];
}

/** A place of the copy, set to `value`. */
function put(document: Loose, path: Path, value: unknown): void {
  const parent = path.slice(0, -1).reduce<unknown>((here, key) => (here as Loose)[key], document) as Loose;
  Object.defineProperty(parent, path.at(-1)!, { value, enumerable: true, configurable: true, writable: true });
}

const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "x'; DROP TABLE leases; --",
  "\ud800",
  "a\u0000b",
  "${7*7}",
];

/**
 * Breaks one rule of a JSON document: a strict object gets a key too many, or a value becomes one of a type that no
 * schema here allows in its place.
 * @param open tells the places where any key is allowed
 */
export function breakDocument(random: Random, document: Loose, open: (path: Path) => boolean): Mutant {
  const copy = structuredClone(document);
  const all = places(copy).filter(({ path }) => !open(path) && !path.some((_, i) => open(path.slice(0, i + 1))));
  const strict = all.filter(({ value }) => isObject(value));
  if (strict.length > 0 && random.uniform() < 0.35) {
    const { path } = random.pick(strict);
    const key = random.uniform() < 0.7 ? random.pick(NAMES) : `k${random.integer(1000)}`;
    put(copy, [...path, key], random.pick([1, "x", null, {}, { polluted: true }, []]));
    return { what: `the key ${JSON.stringify(key)} added at ${path.join(".")}`, text: JSON.stringify(copy) };
  }
  const { path, value } = random.pick(all.filter(({ path }) => path.length > 0));
  // NaN and Infinity have no form in JSON: 1e999 is read as Infinity.
  const wrong = random.pick(wrongFor(value));
  put(copy, path, wrong === INFINITE ? "@@1e999@@" : wrong);
  const text = JSON.stringify(copy).replace('"@@1e999@@"', "1e999");
  return { what: `${path.join(".")} = ${String(JSON.stringify(wrong)).slice(0, 60)}`, text };
}

const INFINITE = "infinite";

function wrongFor(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return [{}, 1, "x", { length: 3 }, { 0: "a" }, true];
  switch (typeof value) {
    case "string":
      return [1, true, {}, [], ["x"], { toString: "x" }, INFINITE];
    case "number":
      return ["1", "NaN", {}, [1], true, INFINITE];
    case "boolean":
      return ["true", 1, 0, {}, []];
    // A fact that isn't known may be known: what it never is, is a list of lists.
    default:
      return value === null ? [[[[]]]] : [1, "x", [1], true];
  }
}

/** Breaks the text of a JSON document itself, wherever its root is an object. */
export function breakText(random: Random, text: string): Mutant {
  const cut = 1 + random.integer(text.length - 1);
  switch (random.integer(7)) {
    case 0:
    case 1:
      return { what: `cut at ${cut}`, text: text.slice(0, cut) };
    case 2:
      return { what: "deep nesting", text: "[".repeat(depth(random)) };
    case 3:
      return { what: "deep nesting, closed", text: nested(depth(random)) };
    case 4:
      return {
        what: "something after the end",
        text: `${text}${random.pick(["}", "]", "\u0000", '{"a":1}', "\ud800x"])}`,
      };
    case 5:
      return { what: "a control character", text: `${text.slice(0, 1)}\u0001${text.slice(1)}` };
    default:
      return {
        what: "something else",
        text: random.pick(["", "null", "[]", "1e999", '"x"', "\u0000", "<html></html>", "\ufeff"]),
      };
  }
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

/** Mostly moderate: the deepest cost the readers the most time. */
export const depth = (random: Random): number => (random.uniform() < 0.02 ? 100_000 : 10 ** (1 + random.integer(3)));
