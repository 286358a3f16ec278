import { z } from "zod";
import { validate } from "../validate";

const schema = z.strictObject({
  seed: z.number().int().nonnegative(),
  hosts: z.number().int().min(2).max(96),
  vms: z.number().int().min(1).max(8000),
  days: z.number().min(1).max(90),
  stepMinutes: z.literal([1, 5, 10, 15, 30, 60]),
  end: z.number().int().positive().describe("Epoch seconds; telemetry ends here"),
  vcenter: z.string().min(1).default("vcenter.example.com"),
  cluster: z.string().min(1).default("production"),
});

/** What to make: telemetry covers the `days` before `end` (epoch seconds, aligned down to the step), every `stepMinutes`. */
export type SyntheticOptions = z.input<typeof schema>;
export type CheckedOptions = z.output<typeof schema>;

/** @throws AffinityError SYNTHETIC_INVALID listing every problem: a vSphere cluster has 2 to 96 hosts and at most 8,000 VMs. */
export function checkOptions(options: SyntheticOptions): CheckedOptions {
  return validate(schema, options, { code: "SYNTHETIC_INVALID", subject: "the synthetic cluster asked for" });
}

/** The slots of the telemetry: sample i stands at start + i * step, epoch seconds. */
export interface TimeAxis {
  readonly start: number;
  readonly step: number;
  readonly slots: number;
}

export function timeAxis({ end, days, stepMinutes }: CheckedOptions): TimeAxis {
  const step = stepMinutes * 60;
  const slots = Math.floor((days * 86_400) / step);
  return { start: Math.floor(end / step) * step - slots * step, step, slots };
}

/** Counts up with every change after which the same options give other data: what was kept before is then made anew. */
export const SYNTHETIC_REVISION = 2;
