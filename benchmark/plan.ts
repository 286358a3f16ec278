import { parseArgs } from "node:util";
import type { DeviceName } from "../engine/compute/device";
import { planRequestSchema } from "../engine/planner";
import { computePlan } from "../engine/run";
import { syntheticCluster } from "../engine/synthetic";
import { checkPlan } from "../test/engine/planner/checker";
import { RecordedTelemetry } from "./support/recorded";

/** VMs per host of the cluster that the claim is about. */
const VMS_PER_HOST = 8000 / 96;
const SCALE = [12, 24, 48, 96];

/**
 * Claim: a cluster of 96 hosts and 8,000 VMs with 14 days of hourly telemetry plans in under 2 s and 512 MB.
 * Method: a generated cluster (seeded), all its VMs in scope, and the whole way from telemetry to plan, `computePlan`,
 * timed `runs` times in one process. The telemetry is made in the first run, which counts as one of them, and is read
 * from memory in the others: the median is that of a store which answers at once (what a real one takes is bench
 * telemetry's). The memory is the process's peak, cluster and telemetry included. The plan is judged by the tests'
 * independent checker. `--scale` plans clusters of 12, 24, 48 and 96 hosts, and gives the exponent of time over VMs.
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
      scale: { type: "boolean", default: false },
    },
  });
  const settings = {
    runs: Number(values.runs),
    seed: Number(values.seed),
    maxMoves: Number(values.moves),
    device: values.device as "auto" | DeviceName,
  };
  if (!values.scale) return { ...(await measure(Number(values.hosts), Number(values.vms), settings)) };
  const sizes: Awaited<ReturnType<typeof measure>>[] = [];
  for (const hosts of SCALE) sizes.push(await measure(hosts, Math.round(hosts * VMS_PER_HOST), settings));
  const [first, last] = [sizes[0], sizes[sizes.length - 1]];
  const exponent = Math.log(last.seconds / first.seconds) / Math.log(last.vms / first.vms);
  return {
    ...last,
    exponent: round(exponent),
    scale: sizes.map(({ hosts, vms, seconds }) => ({ hosts, vms, seconds })),
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

interface Settings {
  readonly runs: number;
  readonly seed: number;
  readonly maxMoves: number;
  readonly device: "auto" | DeviceName;
}

async function measure(hosts: number, vms: number, settings: Settings) {
  const { runs, seed, maxMoves } = settings;
  const asOf = Date.UTC(2026, 0, 12, 8) / 1000;
  process.stderr.write(`making ${hosts} hosts and ${vms} VMs\n`);
  const made = syntheticCluster({ seed, hosts, vms, days: 14, stepMinutes: 60, end: asOf });
  const { snapshot } = made;
  const telemetry = new RecordedTelemetry(made.telemetry);
  const request = planRequestSchema.parse({
    cluster: snapshot.clusters[0].id,
    asOf,
    include: "all",
    config: { seed, maxMoves },
  });
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  let moves = 0;
  let violations = 0;
  let unresolved = 0;
  let device: string = settings.device;
  const digests = new Set<string>();
  for (let i = 0; i < runs; i++) {
    let stage = "";
    let since = performance.now();
    const started = since;
    const cpu = process.cpuUsage();
    const plan = await computePlan(request, {
      snapshot,
      telemetry,
      device: settings.device,
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
    const { user, system } = process.cpuUsage(cpu);
    cpuSeconds.push((user + system) / 1e6);
    process.stderr.write(`run ${i + 1}: ${seconds[i].toFixed(2)} s, ${plan.moves.length} moves\n`);
    const findings = checkPlan(snapshot, request, plan);
    for (const { constraint, text } of findings.slice(0, 5)) process.stderr.write(`  ${constraint}: ${text}\n`);
    violations = Math.max(violations, findings.length);
    moves = plan.moves.length;
    unresolved = plan.unresolved?.length ?? 0;
    digests.add(plan.digest);
  }
  const medianOf = (list: readonly number[]) => round([...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]);
  return {
    seconds: medianOf(seconds),
    worstSeconds: round(Math.max(...seconds)),
    // Of all threads: what is left of the time on a machine that does something else as well.
    cpuSeconds: medianOf(cpuSeconds),
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
