import { z } from "zod";
import { validate } from "../engine/validate";
import { holdsUnknown, type Known, reveal, UNKNOWN } from "./unknown";

/** A resource as both kinds of policies see it: one to be made or updated (inputs), or one of a stack (outputs). */
export interface Resource {
  readonly type: string;
  readonly urn: string;
  readonly name: string;
  readonly props: object;
}

/**
 * One property, parsed; UNKNOWN if any part of it is not known yet.
 * @throws AffinityError RESOURCE_UNREADABLE: a policy that can't read what it guards must not let it pass.
 */
export function read<T extends z.ZodType>(resource: Resource, key: string, schema: T): Known<z.output<T>> {
  return parse(resource, key, reveal(resource.props, key), schema);
}

/** A list of which some items may be unknown: those are UNKNOWN, the others are parsed. No list is an empty one. */
export function readEach<T extends z.ZodType>(resource: Resource, key: string, schema: T): Known<Known<z.output<T>>[]> {
  const list = reveal(resource.props, key) ?? [];
  if (list === UNKNOWN) return UNKNOWN;
  const items = parse(resource, key, Array.isArray(list) ? [] : list, z.array(z.never()));
  return Array.isArray(list) ? list.map((item, index) => parse(resource, `${key}[${index}]`, item, schema)) : items;
}

function parse<T extends z.ZodType>(resource: Resource, key: string, value: unknown, schema: T): Known<z.output<T>> {
  if (holdsUnknown(value)) return UNKNOWN;
  return validate(schema, value, {
    code: "RESOURCE_UNREADABLE",
    subject: `${key} of ${resource.type.split(":").at(-1)} ${resource.name}`,
    hint: "run the policy pack that came with the version of pulumi-vsphere-affinity the program uses",
  });
}

/** The known ones of a list that may be unknown as a whole or in part: what is left out is judged by the update. */
export function known<T>(list: Known<Known<T>[]>): T[] {
  return list === UNKNOWN ? [] : list.filter((item): item is T => item !== UNKNOWN);
}

/** The value, or undefined where it isn't known yet. */
export const orUndefined = <T>(value: Known<T>): T | undefined => (value === UNKNOWN ? undefined : value);
