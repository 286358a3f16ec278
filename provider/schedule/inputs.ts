import { z } from "zod";
import { canonicalJson } from "../../engine/digest";
import { planConfigSchema } from "../../engine/planner/request";
import { scheduledWaveSchema, scheduleRequestSchema } from "../../engine/planner/schedule";
import { validate } from "../../engine/validate";
import { askedIn } from "../asked";

const planSettingsSchema = z
  .record(z.string(), z.unknown())
  .superRefine((settings, context) => {
    // Each by itself: with the stack's they are judged when the plan is made.
    for (const { message, path } of planConfigSchema.safeParse(settings).error?.issues ?? []) {
      context.addIssue({ code: "custom", message, path: [...path] });
    }
    if (settings.maxMoves !== undefined) {
      context.addIssue({ code: "custom", message: "it comes from budget.movesPerRun", path: ["maxMoves"] });
    }
  })
  .default({})
  .describe("Plan settings over those of the stack");

/** What a program says; `owner` is set by the resource's constructor. */
export const scheduleInputsSchema = z.strictObject({
  owner: z.string().min(1),
  ...scheduleRequestSchema.shape,
  settings: planSettingsSchema,
});
export type ScheduleInputs = z.infer<typeof scheduleInputsSchema>;

/** What check decided. */
export const plannedScheduleSchema = z.strictObject({
  source: z.string().describe("The vCenter's name"),
  clusterId: z.string(),
  waves: z.array(scheduledWaveSchema),
  /** How many of the waves may begin now. */
  due: z.number().int().nonnegative(),
  /** Moves that would pay and are not in a wave, with the reason. */
  notScheduled: z.array(z.strictObject({ vms: z.array(z.string()), because: z.string() })),
  evidence: z.string(),
  /** What keeps moves that may pay from being begun; absent where nothing does, and in states of earlier versions. */
  heldBy: z.enum(["budget", "rate", "thresholds", "drs"]).optional(),
  /** What speaks against moves that are made all the same; absent where nothing does. */
  warnings: z.array(z.string()).optional(),
});
export type PlannedSchedule = z.infer<typeof plannedScheduleSchema>;

const DECIDED = [...Object.keys(plannedScheduleSchema.shape), "executed", "tasks", "drift"];

type Loose = Readonly<Record<string, unknown>>;
const pick = (from: Loose, keys: readonly string[]) =>
  Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));

/** What the program said, out of inputs that hold a plan as well. */
export const userInputs = (inputs: Loose): Record<string, unknown> =>
  pick(inputs, Object.keys(scheduleInputsSchema.shape));

export const sameUserInputs = (a: Loose, b: Loose): boolean =>
  canonicalJson(userInputs(a)) === canonicalJson(userInputs(b));

const INVALID = { code: "SCHEDULE_INVALID", subject: "the migration schedule" };

/** What is asked for, out of inputs that hold a plan as well. @throws AffinityError SCHEDULE_INVALID */
export const parseInputs = (inputs: Loose): ScheduleInputs =>
  validate(scheduleInputsSchema, userInputs(inputs), INVALID);

/** @throws AffinityError SCHEDULE_INVALID with every problem at once, keys that nobody knows among them. */
export const parseNews = (news: Loose): ScheduleInputs =>
  validate(scheduleInputsSchema, askedIn(news, DECIDED), INVALID);

/** The plan that inputs or a state hold; null if they hold none. */
export const plannedIn = (state: Loose): PlannedSchedule | null =>
  plannedScheduleSchema.safeParse(pick(state, Object.keys(plannedScheduleSchema.shape))).data ?? null;
