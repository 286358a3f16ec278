import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../../engine/digest";
import { type PreparationRequest, preparationRequestSchema } from "../../engine/planner/preparation";
import { validate } from "../../engine/validate";
import { KEYS as PLANNED_KEYS } from "./planned";

/** What a program says; `owner` is set by the resource's constructor. */
export type PreparationInputs = PreparationRequest & { readonly owner: string };

type Loose = Readonly<Record<string, unknown>>;
/** What the provider adds to what the program said, and what Pulumi keeps for itself. */
const ADDED = new Set([...PLANNED_KEYS, "owner", "poolId", "ready", "record", "overhead", "drift", "__provider"]);

/** What the program said, out of inputs that hold a plan as well; unknown keys are kept, to be refused by name. */
export function userInputs(inputs: Loose): Record<string, unknown> {
  const said = Object.entries(inputs).filter(
    ([key, value]) => key === "owner" || (!ADDED.has(key) && value !== undefined),
  );
  return Object.fromEntries(said);
}

export const sameUserInputs = (a: Loose, b: Loose): boolean =>
  canonicalJson(userInputs(a)) === canonicalJson(userInputs(b));

/** @throws AffinityError PREPARATION_INVALID with every problem at once. */
export function parseInputs(inputs: Loose): PreparationInputs {
  const failure = { code: "PREPARATION_INVALID", subject: "the host preparation" };
  const { owner, ...request } = userInputs(inputs);
  return {
    owner: validate(z.string().min(1), owner, failure),
    ...validate(preparationRequestSchema, request, failure),
  };
}

/** Of names of inventory objects; what VMs add to the pool's name needs room as well. */
const LONGEST = 80;
const LONGEST_POOL = 60;

/** A long name keeps a digest of the rest. */
const shortened = (name: string, longest: number): string =>
  name.length <= longest
    ? name
    : `${name.slice(0, longest - 9)} ${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;

/** vCenter would escape the owner's slashes. */
export const poolNameOf = ({ poolName, owner }: PreparationInputs): string =>
  poolName ?? shortened(`affinity ${owner.replace(/[/\\%]/g, " ")}`, LONGEST_POOL);

/** The placeholder VM that holds a preparation's disk on a datastore: clusters of one datacenter share its folder. */
export const placeholderNameOf = (pool: string, cluster: string, datastore: string): string =>
  shortened(`${pool} ${cluster} ${datastore}`.replace(/[/\\%]/g, " "), LONGEST);
