import { parseArgs } from "node:util";
import { type Plan, planRequestSchema } from "../engine/planner";
import type { PlanRequest } from "../engine/planner/request";
import { computePlan } from "../engine/run";
import type { Snapshot } from "../engine/snapshot";
import { syntheticCluster } from "../engine/synthetic";
import { carryOut } from "../test/engine/planner/world";
import { NoisyTelemetry } from "./churn/noisy";
import { RecordedTelemetry } from "./support/recorded";

/** Plans carried out one after the other before the cluster counts as settled. */
const MAX_SETTLING = 20;

/**
 * Claim: a cluster that doesn't change is left alone however often it is planned; where one host begins to fail, its
 * VMs leave it, and beside them only what makes room for them moves.
 * Method: a generated cluster is planned, with as many moves as it likes, until nothing moves. Then it is planned
 * `replans` times, the plan in force kept; for each of them every sample of the newest day, of every VM and host, is
 * off by fresh noise (a share of its value, normal). What moves is carried out, as it would be, and counted. In the end
 * the host with the most VMs shows a failing disk in the newest hours, and one more plan tells who moves: `strangers`
 * are moves from hosts that take in none of the failing host's VMs.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      hosts: { type: "string", default: "12" },
      vms: { type: "string", default: "180" },
      replans: { type: "string", default: "1000" },
      noise: { type: "string", default: "0.05" },
      seed: { type: "string", default: "1" },
    },
  });
  const [hosts, vms, replans, share, seed] = [values.hosts, values.vms, values.replans, values.noise, values.seed].map(
    Number,
  );
  const asOf = Date.UTC(2026, 0, 12, 8) / 1000;
  const made = syntheticCluster({ seed, hosts, vms, days: 14, stepMinutes: 60, end: asOf });
  const recorded = new RecordedTelemetry(made.telemetry);
  const request = planRequestSchema.parse({
    cluster: made.snapshot.clusters[0].id,
    asOf,
    include: "all",
    config: { seed, maxMoves: vms },
  });
  const planOf = (state: InForce, telemetry: NoisyTelemetry | RecordedTelemetry): Promise<Plan> =>
    computePlan({ ...request, keep: state.keep }, { snapshot: state.snapshot, telemetry, device: "plain" });

  let state: InForce = { snapshot: made.snapshot, keep: {} };
  let settling = 0;
  for (let round = 0; round < MAX_SETTLING; round++) {
    const plan = await planOf(state, recorded);
    state = carriedOut(state, plan);
    settling += plan.moves.length;
    if (plan.moves.length === 0) break;
  }
  process.stderr.write(`settled after ${settling} moves\n`);
  const started = performance.now();
  let moves = 0;
  for (let i = 1; i <= replans; i++) {
    const plan = await planOf(state, new NoisyTelemetry(recorded, { seed: seed * 1_000_003 + i, share }));
    for (const move of plan.moves) process.stderr.write(`  re-plan ${i}: ${move.vm}, ${move.reason}\n`);
    moves += plan.moves.length;
    if (plan.moves.length > 0) state = carriedOut(state, plan);
    if (i % 100 === 0) process.stderr.write(`${i} re-plans, ${moves} moves\n`);
  }
  const seconds = (performance.now() - started) / 1000;

  const failing = fullestHost(state.snapshot, request);
  const plan = await planOf(state, new NoisyTelemetry(recorded, { seed, share, failing }));
  const receiving = new Set(
    plan.moves.flatMap(({ fromHostId, toHostId }) => (fromHostId === failing ? [toHostId] : [])),
  );
  const elsewhere = plan.moves.filter(({ fromHostId }) => fromHostId !== failing);
  return {
    replans,
    moves,
    movesOneFailing: plan.moves.length,
    vmsOnFailing: vmsOn(state.snapshot, failing),
    movesElsewhere: elsewhere.length,
    strangers: elsewhere.filter(({ fromHostId }) => !receiving.has(fromHostId)).length,
    hosts,
    vms,
    noise: share,
    seconds: Math.round(seconds * 10) / 10,
    seed,
  };
}

interface InForce {
  readonly snapshot: Snapshot;
  readonly keep: Record<string, string>;
}

const carriedOut = ({ snapshot }: InForce, plan: Plan): InForce => ({
  snapshot: carryOut(snapshot, plan.moves),
  keep: Object.fromEntries(plan.virtualMachines.map(({ vm, hostId }) => [vm, hostId])),
});

const vmsOn = (snapshot: Snapshot, host: string): number =>
  snapshot.virtualMachines.filter((vm) => vm.host === host && vm.power === "poweredOn").length;

/** Of those that VMs may go to, the host with the most; the first by id among equals. */
function fullestHost(snapshot: Snapshot, { cluster }: PlanRequest): string {
  const hosts = snapshot.hosts.filter((host) => host.cluster === cluster && !host.maintenance && !host.quarantine);
  hosts.sort((a, b) => vmsOn(snapshot, b.id) - vmsOn(snapshot, a.id) || (a.id < b.id ? -1 : 1));
  return hosts[0].id;
}
