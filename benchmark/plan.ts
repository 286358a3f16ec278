import { parseArgs } from "node:util";
import type { DeviceName } from "../engine/compute/device";
import { planRequestSchema } from "../engine/planner";
import { computePlan } from "../engine/run";
import { syntheticCluster } from "../engine/synthetic";
import { checkPlan } from "../test/engine/planner/checker";

/**
 * Claim: a cluster of 96 hosts and 8,000 VMs with 14 days of hourly telemetry plans in under 10 s and 1 GB.
 * Method: a generated cluster (seeded), all its VMs in scope, and the whole way from telemetry to plan, `computePlan`,
 * timed `runs` times in one process; generating the cluster isn't timed, reading its telemetry is. The memory is the
 * process's peak, the generated cluster included. The plan is judged by the tests' independent checker.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      hosts: { type: "string", default: "96" },
      vms: { type: "string", default: "8000" },
      runs: { type: "string", default: "3" },
      seed: { type: "string", default: "1" },
      moves: { type: "string", default: "10" },
      device: { type: "string", default: "auto" },
    },
  });
  const [hosts, vms, runs, seed, maxMoves] = [values.hosts, values.vms, values.runs, values.seed, values.moves].map(
    Number,
  );
  const asOf = Date.UTC(2026, 0, 12, 8) / 1000;
  process.stderr.write(`making ${hosts} hosts and ${vms} VMs\n`);
  const { snapshot, telemetry } = syntheticCluster({ seed, hosts, vms, days: 14, stepMinutes: 60, end: asOf });
  const request = planRequestSchema.parse({
    cluster: snapshot.clusters[0].id,
    asOf,
    include: "all",
    config: { seed, maxMoves },
  });
  const seconds: number[] = [];
  let moves = 0;
  let violations = 0;
  let unresolved = 0;
  let device = values.device;
  const digests = new Set<string>();
  for (let i = 0; i < runs; i++) {
    let stage = "";
    let since = performance.now();
    const started = since;
    const plan = await computePlan(request, {
      snapshot,
      telemetry,
      device: values.device as "auto" | DeviceName,
      onDevice: (chosen) => {
        device = chosen;
      },
      onProgress: ({ what }) => {
        if (what === stage) return;
        const now = performance.now();
        if (stage) process.stderr.write(`  ${stage}: ${((now - since) / 1000).toFixed(2)} s\n`);
        [stage, since] = [what, now];
      },
    });
    seconds.push((performance.now() - started) / 1000);
    process.stderr.write(`run ${i + 1}: ${seconds[i].toFixed(2)} s, ${plan.moves.length} moves\n`);
    const findings = checkPlan(snapshot, request, plan);
    for (const { constraint, text } of findings.slice(0, 5)) process.stderr.write(`  ${constraint}: ${text}\n`);
    violations = Math.max(violations, findings.length);
    moves = plan.moves.length;
    unresolved = plan.unresolved?.length ?? 0;
    digests.add(plan.digest);
  }
  const sorted = [...seconds].sort((a, b) => a - b);
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    seconds: round(sorted[Math.floor(sorted.length / 2)]),
    worstSeconds: round(sorted[sorted.length - 1]),
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    hosts,
    vms,
    seed,
    moves,
    violations,
    unresolved,
    plans: digests.size,
    device,
  };
}
