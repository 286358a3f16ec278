import { parseArgs } from "node:util";
import { AffinityError } from "../engine/errors";
import { checkReconfiguration } from "./btrplace/check";
import { reconfigure } from "./btrplace/solve";
import { readBtrplace } from "./formats/btrplace";

/**
 * Claim: BtrPlace's own workloads (5,000 nodes, 15,000 to 30,000 VMs) are reconfigured in at most a tenth of BtrPlace's own time
 * (5.4 s, 19 s and 35 s for li3, nr3 and li6 on this class of machine), with no more migrations than needed.
 * Method: the time is from the instance as read to the plan of actions, with start and end, in a fresh process; reading the
 * JSON and judging the plan are not timed. `leastMoves` is what no plan can go below. The plan is judged by a checker that
 * plays it by the clock and shares nothing with the solver. Nothing is random: the seed is reported, and changes nothing.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: { data: { type: "string" }, seed: { type: "string", default: "1" } },
  });
  if (values.data === undefined) {
    throw new AffinityError({
      code: "BENCH_USAGE",
      message: "btrplace needs an instance",
      hint: "give --data FILE: BtrPlace's JSON, plain, gzip or xz",
    });
  }
  const begun = performance.now();
  const instance = await readBtrplace(values.data);
  const read = performance.now();
  const cpu = process.cpuUsage();
  const { actions, waves, leastMoves, left, broken } = reconfigure(instance);
  const done = performance.now();
  const { user, system } = process.cpuUsage(cpu);
  const wrong = checkReconfiguration(instance, actions);
  for (const text of wrong.slice(0, 10)) process.stderr.write(`  ${text}\n`);
  for (const { vm, because } of left.slice(0, 10)) process.stderr.write(`  VM ${vm}: ${because}\n`);
  const count = (kind: string) => actions.filter((action) => action.kind === kind).length;
  const seconds = (from: number, to: number) => Math.round(to - from) / 1000;
  return {
    data: values.data.split("/").at(-1),
    seconds: seconds(read, done),
    cpuSeconds: Math.round((user + system) / 1000) / 1000,
    readSeconds: seconds(begun, read),
    moves: count("migrateVM"),
    leastMoves,
    violations: wrong.length,
    left: left.length,
    broken,
    actions: actions.length,
    boots: count("bootVM"),
    allocations: count("allocate"),
    waves,
    makespan: actions.reduce((end, action) => Math.max(end, action.end), 0),
    seed: Number(values.seed),
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}
