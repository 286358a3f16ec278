import { z } from "zod";
import { canonicalJson } from "../../engine/digest";
import { stickinessRequestSchema } from "../../engine/planner/stickiness";
import { validate } from "../../engine/validate";
import { askedIn } from "../asked";
import { plannedStickinessSchema } from "./planned";

/** What a program says; `owner` and `defaultName` are set by the resource's constructor. */
export const stickinessInputsSchema = z.strictObject({
  owner: z.string().min(1),
  ...stickinessRequestSchema.shape,
  adopt: z
    .boolean()
    .default(false)
    .describe("Take over a rule of this name that the cluster has already, in place of refusing it"),
});
export type StickinessInputs = z.infer<typeof stickinessInputsSchema>;

type Loose = Readonly<Record<string, unknown>>;
const USER_KEYS = Object.keys(stickinessInputsSchema.shape);
const DECIDED = [...Object.keys(plannedStickinessSchema.shape), "key", "drift"];

/** What the program said, out of inputs that hold a plan as well. */
export function userInputs(inputs: Loose): Record<string, unknown> {
  return Object.fromEntries(USER_KEYS.filter((key) => inputs[key] !== undefined).map((key) => [key, inputs[key]]));
}

export const sameUserInputs = (a: Loose, b: Loose): boolean =>
  canonicalJson(userInputs(a)) === canonicalJson(userInputs(b));

/** What is asked for, out of inputs that hold a plan as well. @throws AffinityError STICKINESS_INVALID */
export const parseInputs = (inputs: Loose): StickinessInputs => parsed(userInputs(inputs));

/** @throws AffinityError STICKINESS_INVALID with every problem at once, keys that nobody knows among them. */
export const parseNews = (news: Loose): StickinessInputs => parsed(askedIn(news, DECIDED));

function parsed(asked: Loose): StickinessInputs {
  const failure = { code: "STICKINESS_INVALID", subject: "the stickiness" };
  const { owner, adopt, ...request } = validate(stickinessInputsSchema, asked, failure);
  return { owner, adopt, ...validate(stickinessRequestSchema, request, failure) };
}

/** vCenter takes 80 characters; the owner is project/stack/name. */
export const ruleNameOf = ({ ruleName, owner }: StickinessInputs): string =>
  ruleName ?? `affinity ${owner}`.slice(0, 80);
