import { z } from "zod";
import { canonicalJson } from "../../engine/digest";
import { proactiveRequestSchema } from "../../engine/planner/proactive";
import { validate } from "../../engine/validate";
import { askedIn } from "../asked";
import { plannedProactiveSchema } from "./planned";

type Loose = Readonly<Record<string, unknown>>;

const ownerSchema = z.string().min(1);
const USER_KEYS = ["owner", ...Object.keys(proactiveRequestSchema.shape)];
/** What check and apply add, and a state may bring back. */
const DECIDED = [...Object.keys(plannedProactiveSchema.shape), "owner", "withdrawn", "drainedAt", "drift"];

export type ProactiveInputs = z.infer<typeof proactiveRequestSchema> & { readonly owner: string };

/** What the program said, out of inputs that hold a plan as well. */
export const userInputs = (inputs: Loose): Record<string, unknown> =>
  Object.fromEntries(USER_KEYS.filter((key) => inputs[key] !== undefined).map((key) => [key, inputs[key]]));

export const sameUserInputs = (a: Loose, b: Loose): boolean =>
  canonicalJson(userInputs(a)) === canonicalJson(userInputs(b));

/**
 * @param news what check is given: Pulumi's own keys and what was decided before are passed over
 * @throws AffinityError PROACTIVE_INVALID with every problem at once, unknown keys among them.
 */
export function parseInputs(news: Loose): ProactiveInputs {
  const failure = { code: "PROACTIVE_INVALID", subject: "the proactive allocation" };
  const request = validate(proactiveRequestSchema, askedIn(news, DECIDED), failure);
  return { ...request, owner: validate(ownerSchema, news.owner, failure) };
}
