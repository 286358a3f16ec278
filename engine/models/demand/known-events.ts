import { z } from "zod";
import { AffinityError } from "../../errors";
import type { Assessment, DemandForecast } from "../assessment";

const instant = z.iso.datetime({ offset: true });
const factor = z.number().finite().min(0).max(100);

/** What the operators know and no history shows. */
export const knownEventSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("maintenance"),
      host: z.string().min(1).describe("Id of the host that gives no capacity in the meantime"),
      from: instant,
      until: instant,
    }),
    z.strictObject({
      kind: z.literal("growth"),
      virtualMachines: z
        .union([z.literal("all"), z.array(z.string().min(1)).min(1)])
        .describe("Ids as in the snapshot"),
      from: instant,
      until: instant.nullable().default(null).describe("Null: for good"),
      cpuFactor: factor.default(1).describe("Of the forecast demand: 1.2 is a fifth more"),
      memoryFactor: factor.default(1),
    }),
  ])
  .refine(({ from, until }) => until === null || Date.parse(until) > Date.parse(from), {
    path: ["until"],
    message: "not after from",
  });
export type KnownEvent = z.infer<typeof knownEventSchema>;
export const knownEventsSchema = z.array(knownEventSchema);

const seconds = (at: string) => Date.parse(at) / 1000;

/** Share of the slot [start, start + step) that lies in [from, until), 0 to 1. */
export function overlap(start: number, step: number, { from, until }: KnownEvent): number {
  const end = until === null ? Infinity : seconds(until);
  return Math.max(0, Math.min(start + step, end) - Math.max(start, seconds(from))) / step;
}

/**
 * The assessment with planned growth in it: mean and quantiles times the factor for the part of the slot that it is
 * there, the variance times its square. Events of the same VM and time multiply.
 * @throws AffinityError EVENT_UNKNOWN naming every VM that the assessment doesn't know
 */
export function withKnownGrowth(assessment: Assessment, events: readonly KnownEvent[]): Assessment {
  const growth = events.filter((event) => event.kind === "growth");
  if (growth.length === 0) return assessment;
  const { horizon, virtualMachines } = assessment;
  const rows = new Map(virtualMachines.ids.map((id, row) => [id, row]));
  refuseUnknown(growth, rows);
  const factors = { cpu: new Float64Array(rows.size * horizon.length).fill(1), memory: new Float64Array(0) };
  factors.memory = factors.cpu.slice();
  for (const event of growth) {
    const concerned = event.virtualMachines === "all" ? virtualMachines.ids : event.virtualMachines;
    for (let slot = 0; slot < horizon.length; slot++) {
      const share = overlap(horizon.start + slot * horizon.step, horizon.step, event);
      for (const id of concerned) {
        const at = rows.get(id)! * horizon.length + slot;
        factors.cpu[at] *= 1 + share * (event.cpuFactor - 1);
        factors.memory[at] *= 1 + share * (event.memoryFactor - 1);
      }
    }
  }
  return {
    ...assessment,
    virtualMachines: {
      ...virtualMachines,
      cpuMhz: grown(virtualMachines.cpuMhz, factors.cpu),
      memoryMb: grown(virtualMachines.memoryMb, factors.memory),
    },
  };
}

function grown({ mean, variance, quantiles }: DemandForecast, factors: Float64Array): DemandForecast {
  const levels = quantiles ? quantiles.length / factors.length : 0;
  return {
    mean: mean.map((value, i) => value * factors[i]),
    variance: variance.map((value, i) => value * factors[i] ** 2),
    ...(quantiles && { quantiles: quantiles.map((value, i) => value * factors[Math.floor(i / levels)]) }),
  };
}

function refuseUnknown(growth: readonly Extract<KnownEvent, { kind: "growth" }>[], rows: ReadonlyMap<string, number>) {
  const problems = growth.flatMap((event, i) =>
    event.virtualMachines === "all"
      ? []
      : event.virtualMachines
          .filter((id) => !rows.has(id))
          .map((id) => ({ path: `growth[${i}].virtualMachines`, message: `no virtual machine has the id "${id}"` })),
  );
  if (problems.length === 0) return;
  throw new AffinityError({
    code: "EVENT_UNKNOWN",
    message: `known events name ${problems.length} virtual machine${problems.length === 1 ? "" : "s"} that the plan doesn't have`,
    hint: "give ids as in the snapshot, or names of VMs to be",
    problems,
  });
}
