import { parseArgs } from "node:util";
import { openPlainDevice } from "../engine/compute/devices/plain";
import { planPlacement } from "../engine/planner";
import { checkPlan } from "../test/engine/planner/checker";
import { outcome, replay } from "../test/engine/planner/migration/replay";
import { proxlbCluster } from "./proxlb/cluster";

/**
 * Claim: a cluster of 40 nodes and 750 VMs, as ProxLB's users have them (tags together, apart, pinned, ignored; nodes in
 * maintenance; uneven load), gets within 1 s a plan that satisfies all of it and whose every move can be reached.
 * Method: generated clusters, from `--seed` on, one plan each, timed from the snapshot to the plan with its waves and reasons,
 * on the plain device; the median and the worst are given. A first plan, of another seed, warms nothing but the compiler, and
 * isn't counted; `coldSeconds` is its time. Plans are judged by the tests' independent checker and replay. A violation is any
 * finding, any constraint left broken, any VM left on a node in maintenance.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: "string", default: "40" },
      vms: { type: "string", default: "750" },
      runs: { type: "string", default: "5" },
      seed: { type: "string", default: "1" },
    },
  });
  const [nodes, vms, runs, seed] = [values.nodes, values.vms, values.runs, values.seed].map(Number);
  const plan = async (of: number) => {
    const { snapshot, request, assessment } = proxlbCluster(of, nodes, vms);
    const started = performance.now();
    const made = await planPlacement(request, snapshot, snapshot.clusters[0], assessment, {
      device: openPlainDevice(),
    });
    return { snapshot, request, made, seconds: (performance.now() - started) / 1000 };
  };
  const cold = await plan(seed + runs);
  const results: {
    seconds: number;
    moves: number;
    waves: number;
    stops: number;
    violations: number;
    makespan: number;
    imbalance: number[];
  }[] = [];
  for (let i = 0; i < runs; i++) {
    const { snapshot, request, made, seconds } = await plan(seed + i);
    const { migration } = made;
    const wrong = [
      ...checkPlan(snapshot, request, made).map(({ text }) => text),
      ...(made.unresolved ?? []).map(({ text }) => text),
      ...(migration ? replay(snapshot, request, migration) : []),
      ...(migration?.unreachable ?? []).map(({ vm, because }) => `${vm}: ${because}`),
    ];
    const after = migration ? outcome(snapshot, migration) : new Map<string, string>();
    for (const { vm, id, hostId } of made.virtualMachines) {
      if (id !== null && after.size > 0 && after.get(id) !== hostId) wrong.push(`${vm} doesn't get where it should`);
    }
    const closed = new Set(snapshot.hosts.filter(({ maintenance }) => maintenance).map(({ id }) => id));
    const movable = new Map(snapshot.virtualMachines.map((vm) => [vm.id, vm.managedBy === undefined]));
    for (const [id, host] of after) if (closed.has(host) && movable.get(id)) wrong.push(`${id} stays on ${host}`);
    for (const text of wrong.slice(0, 5)) process.stderr.write(`  ${text}\n`);
    const open = made.hosts.filter(({ id }) => !closed.has(id));
    const spread = (of: (host: (typeof open)[number]) => number) =>
      Math.max(...open.map(of)) - Math.min(...open.map(of));
    results.push({
      seconds,
      moves: made.moves.length,
      waves: migration?.waves.length ?? 0,
      stops: migration?.waves.flatMap((wave) => wave.moves).filter(({ temporary }) => temporary).length ?? 0,
      violations: wrong.length,
      makespan: migration?.makespanSeconds ?? 0,
      imbalance: [spread((host) => host.peakMemory.before ?? 0), spread((host) => host.peakMemory.after ?? 0)],
    });
    process.stderr.write(`seed ${seed + i}: ${seconds.toFixed(2)} s, ${made.moves.length} moves\n`);
  }
  const sorted = results.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const round = (value: number) => Math.round(value * 1000) / 1000;
  const most = (of: (result: (typeof results)[number]) => number) => Math.max(...results.map(of));
  return {
    seconds: round(sorted[Math.floor(sorted.length / 2)]),
    worstSeconds: round(sorted[sorted.length - 1]),
    coldSeconds: round(cold.seconds),
    nodes,
    vms,
    runs,
    moves: most(({ moves }) => moves),
    violations: most(({ violations }) => violations),
    waves: most(({ waves }) => waves),
    stops: most(({ stops }) => stops),
    makespanSeconds: most(({ makespan }) => makespan),
    /** Difference of the fullest and the emptiest open node, as a share of memory. */
    memorySpread: {
      before: round(most(({ imbalance }) => imbalance[0])),
      after: round(most(({ imbalance }) => imbalance[1])),
    },
    seed,
  };
}
