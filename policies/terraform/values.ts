import { AffinityError } from "../../engine/errors";
import { unknown } from "../testing/unknown";
import { propertyName } from "./types";

/** Deeper than any schema of the provider; a file that is goes deeper was made to exhaust the stack. */
const DEEPEST = 64;

type Loose = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Loose =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * The attributes of a planned resource as properties: names in camel case, `unknown` where the plan says that a value
 * is known after the apply, and without those that are null, which is Terraform's way to say nothing.
 * @param unknowns `after_unknown` of the change: true where `after` lacks a value, in the same shape
 */
export function propertiesOf(after: Loose, unknowns: unknown): Record<string, unknown> {
  const marks = isObject(unknowns) ? unknowns : {};
  const properties: [string, unknown][] = [];
  for (const key of new Set([...Object.keys(after), ...Object.keys(marks)])) {
    const value = valueOf(after[key], marks[key], 0);
    if (value !== undefined) properties.push([propertyName(key), value]);
  }
  return Object.fromEntries(properties);
}

function valueOf(value: unknown, mark: unknown, depth: number): unknown {
  if (depth > DEEPEST) {
    throw new AffinityError({
      code: "TERRAFORM_PLAN_INVALID",
      message: `a value of the Terraform plan is nested more than ${DEEPEST} levels deep`,
      hint: "give the output of terraform show -json PLAN as it is",
    });
  }
  if (mark === true) return unknown;
  if (Array.isArray(value) || Array.isArray(mark)) {
    const [items, marks] = [Array.isArray(value) ? value : [], Array.isArray(mark) ? mark : []];
    const length = Math.max(items.length, marks.length);
    return Array.from({ length }, (_, index) => blockOf(items[index], marks[index], depth + 1));
  }
  if (isObject(value)) {
    const marks = isObject(mark) ? mark : {};
    // A map: its keys are the user's, not attributes.
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueOf(item, marks[key], depth + 1)]));
  }
  return value ?? undefined;
}

/** An item of a list: a block, whose attributes are renamed, or a plain value. */
function blockOf(value: unknown, mark: unknown, depth: number): unknown {
  if (!isObject(value) || mark === true) return valueOf(value, mark, depth);
  const marks = isObject(mark) ? mark : {};
  const entries = Object.keys({ ...value, ...marks }).map((key) => [
    propertyName(key),
    valueOf(value[key], marks[key], depth + 1),
  ]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined)) as unknown;
}
