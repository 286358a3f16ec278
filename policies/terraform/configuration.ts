import { AffinityError } from "../../engine/errors";
import { validate } from "../../engine/validate";
import { type ConfiguredModule, moduleSchema } from "./plan";

/** A resource that an expression speaks of: its address without the indices, and the index where one is given. */
export interface Referred {
  readonly address: string;
  /** Such as `[0]`; empty: every instance. */
  readonly index: string;
}

/** A resource as it is written, once for all its instances. */
export interface Written {
  /** Attributes that the program says; all others are the provider's. */
  readonly attributes: ReadonlySet<string>;
  /** By attribute, the resources that its value comes from. */
  readonly referred: ReadonlyMap<string, readonly Referred[]>;
}

interface Scope {
  /** Such as `module.a.module.b.`; empty for the root. */
  readonly prefix: string;
  readonly module: ConfiguredModule;
  readonly parent: Scope | undefined;
  /** Arguments of the call that made this module. */
  readonly given: Readonly<Record<string, unknown>>;
}

const DEEPEST = 32;
const MOST_STEPS = 64;

/** All resources of a configuration by their address without indices. */
export function writtenResources(root: ConfiguredModule): Map<string, Written> {
  const written = new Map<string, Written>();
  const scopes = new Map<string, Scope>();
  const enter = (scope: Scope, depth: number) => {
    if (depth > DEEPEST) {
      throw new AffinityError({
        code: "TERRAFORM_PLAN_INVALID",
        message: `modules of the Terraform plan are nested more than ${DEEPEST} levels deep`,
      });
    }
    scopes.set(scope.prefix, scope);
    for (const [name, call] of Object.entries(scope.module.module_calls)) {
      const prefix = `${scope.prefix}module.${name}.`;
      const failure = { code: "TERRAFORM_PLAN_INVALID", subject: `the configuration of ${prefix.slice(0, -1)}` };
      const module = validate(moduleSchema, call.module ?? {}, failure);
      enter({ prefix, module, parent: scope, given: call.expressions }, depth + 1);
    }
  };
  enter({ prefix: "", module: root, parent: undefined, given: {} }, 0);
  for (const scope of scopes.values()) {
    for (const { type, name, mode, expressions } of scope.module.resources) {
      if (mode === "data") continue;
      const entries = Object.entries(expressions).map(([key, expression]): [string, Referred[]] => [
        key,
        resolved(referencesIn(expression), scope, scopes, { left: MOST_STEPS }),
      ]);
      written.set(`${scope.prefix}${type}.${name}`, {
        attributes: new Set(Object.keys(expressions)),
        referred: new Map(entries),
      });
    }
  }
  return written;
}

/** Terraform lists a reference several times, from the most exact on: `a.b[0].id`, `a.b[0]`, `a.b`. */
function referencesIn(expression: unknown): string[] {
  const references = (expression as { references?: unknown } | null | undefined)?.references;
  return Array.isArray(references) ? references.filter((each): each is string => typeof each === "string") : [];
}

/** Follows variables up to the call and outputs down into the module. */
function resolved(
  references: readonly string[],
  scope: Scope,
  scopes: ReadonlyMap<string, Scope>,
  steps: { left: number },
): Referred[] {
  const found = new Map<string, Referred>();
  const exact = new Set<string>();
  for (const reference of references) {
    if (steps.left-- <= 0) break;
    const [, variable] = /^var\.([\w-]+)/.exec(reference) ?? [];
    const [, called, output] = /^module\.([\w-]+)(?:\[[^\]]*\])?\.([\w-]+)/.exec(reference) ?? [];
    const [, own, index = ""] = /^(vsphere_\w+\.[\w-]+)(\[[^\]]*\])?/.exec(reference) ?? [];
    if (variable !== undefined && scope.parent) {
      add(resolved(referencesIn(scope.given[variable]), scope.parent, scopes, steps));
    } else if (called !== undefined) {
      const inner = scopes.get(`${scope.prefix}module.${called}.`);
      const value = inner?.module.outputs[output] as { expression?: unknown } | null | undefined;
      if (inner) add(resolved(referencesIn(value?.expression), inner, scopes, steps));
    } else if (own !== undefined) {
      add([{ address: `${scope.prefix}${own}`, index }]);
    }
  }
  return [...found.values()].filter(({ address, index }) => index !== "" || !exact.has(address));

  function add(items: readonly Referred[]): void {
    for (const item of items) {
      if (item.index !== "") exact.add(item.address);
      found.set(`${item.address}${item.index}`, item);
    }
  }
}
