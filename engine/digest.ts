import { createHash } from "node:crypto";

/** Characters that go to the hash at a time: a plan of a large cluster is some ten million. */
const CHUNK = 65_536;

/** JSON with sorted keys and no white space: equal values give equal bytes. */
export function canonicalJson(value: unknown): string {
  const writer = new CanonicalWriter(() => {});
  return writer.write(value) ? writer.text : "null";
}

/** SHA-256 of the canonical JSON, hexadecimal. */
export function digestOf(value: unknown): string {
  const hash = createHash("sha256");
  const writer = new CanonicalWriter((text) => {
    if (text.length < CHUNK) return;
    hash.update(text);
    writer.text = "";
  });
  const written = writer.write(value);
  return hash.update(written ? writer.text : "null").digest("hex");
}

/** Keys of objects that have them in this order, and the same keys sorted, as JSON with the colon. */
interface Shape {
  readonly keys: readonly string[];
  readonly sorted: readonly { readonly key: string; readonly label: string }[];
}

/** Shapes remembered: a plan has some ten. */
const MOST_SHAPES = 32;

/** Writes as JSON.stringify does, with sorted keys, without a copy of every object; sorts the keys of like objects once. */
class CanonicalWriter {
  text = "";
  private readonly shapes: Shape[] = [];

  /** @param drain called where the text may be taken away: after every object of an array */
  constructor(private readonly drain: (text: string) => void) {}

  /** Whether anything was written: JSON leaves out functions, symbols and undefined. */
  write(value: unknown): boolean {
    if (typeof value === "number") {
      this.text += Number.isFinite(value) ? value : "null";
      return true;
    }
    if (value === null || typeof value !== "object") {
      const text = JSON.stringify(value) as string | undefined;
      if (text !== undefined) this.text += text;
      return text !== undefined;
    }
    if (typeof (value as { toJSON?: unknown }).toJSON === "function") {
      return this.write(JSON.parse(JSON.stringify(value) ?? "null"));
    }
    if (Array.isArray(value)) this.writeArray(value);
    else this.writeObject(value as Readonly<Record<string, unknown>>);
    return true;
  }

  private writeArray(values: readonly unknown[]): void {
    this.text += "[";
    for (let i = 0; i < values.length; i++) {
      if (i > 0) this.text += ",";
      if (!this.write(values[i])) this.text += "null";
      this.drain(this.text);
    }
    this.text += "]";
  }

  private writeObject(value: Readonly<Record<string, unknown>>): void {
    this.text += "{";
    let first = true;
    for (const { key, label } of this.shapeOf(value).sorted) {
      const item = value[key];
      if (item === undefined || typeof item === "function" || typeof item === "symbol") continue;
      this.text += first ? label : `,${label}`;
      first = false;
      this.write(item);
    }
    this.text += "}";
  }

  private shapeOf(value: object): Shape {
    const keys = Object.keys(value);
    const known = this.shapes.find((shape) => isSame(shape.keys, keys));
    if (known) return known;
    const shape = { keys, sorted: sortKeys(keys).map((key) => ({ key, label: `${JSON.stringify(key)}:` })) };
    if (this.shapes.length < MOST_SHAPES) this.shapes.push(shape);
    return shape;
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** As an object made of the sorted entries has them: whole numbers first, by their value. */
function sortKeys(keys: readonly string[]): string[] {
  const sorted = [...keys].sort();
  return sorted.some((key) => /^\d+$/.test(key))
    ? Object.keys(Object.fromEntries(sorted.map((key) => [key, 0])))
    : sorted;
}
