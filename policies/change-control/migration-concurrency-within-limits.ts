import { z } from "zod";
import { MAXIMUM_HOST_COST, maximumNetworkCost, OPERATION_COSTS } from "../../engine/planner/migration/limits";
import { definePolicy } from "../define";
import { read } from "../read";
import { NIST, PAGES } from "../references";
import { MIGRATION_SCHEDULE, type MoveWave, readSchedule, type ScheduledMove } from "../schedule";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  networkGbps: z
    .number()
    .positive()
    .default(10)
    .describe("Speed of the hosts' vMotion network, where the schedule's settings don't say it"),
  maxConcurrency: z.number().min(1).default(64).describe("Highest budget.concurrency, whichever hosts are concerned"),
});

const settings = z
  .object({ migration: z.object({ networkGbps: z.number().positive().optional() }).optional() })
  .prefault({});

/** vCenter queues what exceeds its limits: waves then take longer than their windows. */
export const migrationConcurrencyWithinLimits = definePolicy({
  name: "migration-concurrency-within-limits",
  displayName: "Waves keep within vMotion's limits",
  description: "No host may have more migrations of a wave at once than vCenter runs on it.",
  group: "change-control",
  enforcementLevel: "mandatory",
  severity: "medium",
  rationale:
    "A host runs 8 vMotions at once, 4 at 1 Gb/s, or 2 that move disks too; vCenter queues the rest, and a wave that " +
    "was to take minutes outlasts its window.",
  remediation: "lower budget.concurrency, or correct networkGbps if the network is faster.",
  url: PAGES.hostManagement,
  references: [NIST.changeControl],
  config,
  appliesTo: [MIGRATION_SCHEDULE],
  checkResource(resource, { config, report, notApplicable }) {
    const { budget, waves } = readSchedule(resource);
    const said = read(resource, "settings", settings);
    if (budget === UNKNOWN || said === UNKNOWN) return notApplicable("this preview doesn't know the budget");
    if (budget.concurrency > config.maxConcurrency) {
      report(
        `budget.concurrency is ${budget.concurrency}; at most ${config.maxConcurrency} is allowed (maxConcurrency).`,
      );
    }
    if (waves === UNKNOWN) return;
    const network = maximumNetworkCost(said.migration?.networkGbps ?? config.networkGbps);
    for (const wave of waves) {
      for (const text of overloads(wave, budget.concurrency, network)) report(text);
    }
  },
});

/** Costs of the dearest moves that may be in flight on a host at once, against what it may bear. */
function overloads(wave: MoveWave, concurrency: number, network: number): string[] {
  const byHost = new Map<string, { name: string; moves: ScheduledMove[] }>();
  for (const move of wave.moves) {
    for (const [id, name] of [
      [move.fromHostId, move.from],
      [move.toHostId, move.to],
    ]) {
      const there = byHost.get(id) ?? { name, moves: [] };
      there.moves.push(move);
      byHost.set(id, there);
    }
  }
  const when = new Date(wave.startsAt * 1000).toISOString();
  return [...byHost.values()].flatMap(({ name, moves }) =>
    (["host", "network"] as const).flatMap((kind) => {
      const most = kind === "host" ? MAXIMUM_HOST_COST : network;
      const dearest = moves.map((move) => costsOf(move)[kind]).sort((a, b) => b - a);
      const cost = dearest.slice(0, concurrency).reduce((sum, each) => sum + each, 0);
      if (cost <= most) return [];
      return [
        `The wave of ${when} has ${moves.length} moves on ${name}: a ${kind} cost of ${cost}, of ${most} allowed.`,
      ];
    }),
  );
}

function costsOf({ storage, fromHostId, toHostId }: ScheduledMove) {
  if (!storage) return OPERATION_COSTS.vmotion;
  return fromHostId === toHostId ? OPERATION_COSTS.storageVmotion : OPERATION_COSTS.vmotionWithoutSharedStorage;
}
