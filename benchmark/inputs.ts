import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { Finding, Tally, WorkerTask } from "./inputs/worker";

/** Milliseconds for one input: a hundred times what the slowest takes. */
const TIME_LIMIT = 20_000;

/**
 * Claim: no input, however bad, crashes, hangs, shows a stack trace, or is taken for good.
 * Method: from valid inventories, plans, configurations, Terraform plans, declarations, SOAP answers and rows of line
 * protocol, bad ones are generated, each with a mutation that is known to break a rule of its format, so that whatever
 * is accepted is a defect by construction: keys too many (those of prototypes among them), wrong types, infinite numbers,
 * truncation, nesting up to 100,000 levels, entity and alias bombs, external entities, lone surrogates. The product's own
 * readers read them in a thread, which is ended where one input takes longer than 20 s (a hang). A refusal counts where it
 * is an AffinityError with a code and a message, or, of a row, says where the grammar is broken. Every target must take
 * its valid input first.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: { count: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
  });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  const started = performance.now();
  const byTarget: Tally = {};
  const seen = new Map<string, number>();
  let hangs = 0;
  for (let from = 0; from < count;) {
    const progress = new Int32Array(new SharedArrayBuffer(4));
    Atomics.store(progress, 0, -1);
    const hung = await readAll({ seed, from, to: count, progress }, (tally) => add(byTarget, tally), tell);
    if (hung === null) break;
    hangs++;
    process.stderr.write(`hang: input ${hung}\n`);
    from = hung + 1;
  }
  function tell({ index, target, verdict, what, text }: Finding): void {
    const key = `${verdict} ${target} ${what.replace(/\d+/g, "n").slice(0, 40)}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    if (seen.get(key) === 1)
      process.stderr.write(`${verdict}: input ${index}, ${target}, ${what}\n  ${text.slice(0, 300)}\n`);
  }
  const total = (verdict: keyof Tally[string]) =>
    Object.values(byTarget).reduce((sum, counts) => sum + (counts[verdict] ?? 0), 0);
  return {
    inputs: total("refused") + total("accepted") + total("crash") + total("trace") + hangs,
    crashes: total("crash"),
    hangs,
    traces: total("trace"),
    accepted: total("accepted"),
    refused: total("refused"),
    byTarget,
    seed,
    seconds: Math.round((performance.now() - started) / 1000),
  };
}

function add(sum: Tally, tally: Tally): void {
  for (const [target, counts] of Object.entries(tally)) {
    const there = (sum[target] ??= {});
    for (const [verdict, n] of Object.entries(counts) as [keyof Tally[string], number][]) {
      there[verdict] = (there[verdict] ?? 0) + n;
    }
  }
}

/** Null when all were read; else the index of the input that took too long. */
function readAll(
  task: WorkerTask,
  onTally: (tally: Tally) => void,
  onFinding: (finding: Finding) => void,
): Promise<number | null> {
  const worker = new Worker(join(__dirname, "inputs", "worker.js"), { workerData: task });
  return new Promise((resolve, reject) => {
    let [last, since] = [-1, performance.now()];
    let finished = false;
    const watch = setInterval(() => {
      const now = Atomics.load(task.progress, 0);
      if (now !== last) [last, since] = [now, performance.now()];
      // Before the first input it loads what it needs.
      else if (now >= 0 && performance.now() - since > TIME_LIMIT) {
        clearInterval(watch);
        void worker.terminate().then(() => resolve(now));
      }
    }, 250);
    worker.on("message", (message: { tally?: Tally; done?: number; finding?: Finding }) => {
      if (message.tally) onTally(message.tally);
      finished ||= message.done === task.to;
      if (message.finding) onFinding(message.finding);
    });
    worker.once("error", (error) => {
      clearInterval(watch);
      reject(error);
    });
    worker.once("exit", () => {
      clearInterval(watch);
      // One that ends in the middle waits for something that never comes: that hangs a run as well.
      resolve(finished ? null : Math.max(task.from, Atomics.load(task.progress, 0)));
    });
  });
}
