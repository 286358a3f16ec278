import { parentPort, workerData } from "node:worker_threads";
import { AffinityError } from "../../engine/errors";
import { createRandom } from "../../engine/random";
import { isNamedRefusal, makeTargets, type Target } from "./targets";

export interface WorkerTask {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** [0]: the index of the input that is being read. */
  readonly progress: Int32Array;
}

export type Verdict = "refused" | "accepted" | "crash" | "trace";

export interface Finding {
  readonly index: number;
  readonly target: string;
  readonly verdict: Verdict;
  readonly what: string;
  readonly text: string;
}

/** How many inputs of each target were judged how, from one message to the next. */
export type Tally = Record<string, Partial<Record<Verdict, number>>>;

const STACK = /\n\s+at .+(:\d+:\d+|\(native|node:internal)/;

async function judge(target: Target, text: string): Promise<{ verdict: Verdict; said: string }> {
  try {
    await target.read(text);
    return { verdict: "accepted", said: "" };
  } catch (error) {
    if (error instanceof AffinityError) {
      const said = error.describe();
      const named = error.code !== "" && error.message.trim() !== "";
      return { verdict: !named ? "crash" : STACK.test(said) ? "trace" : "refused", said };
    }
    if (isNamedRefusal(error)) return { verdict: "refused", said: (error as Error).message };
    return { verdict: "crash", said: error instanceof Error ? String(error.stack).slice(0, 400) : String(error) };
  }
}

async function main(): Promise<void> {
  const { seed, from, to, progress } = workerData as WorkerTask;
  const targets = await makeTargets();
  for (const target of targets) {
    // One that refuses what is right would pass every test for what is wrong.
    const { verdict, said } = await judge(target, target.good);
    if (verdict !== "accepted") throw new Error(`${target.name} refuses a good input: ${said}`);
  }
  const turns = targets.flatMap((target) => Array.from({ length: target.turns }, () => target));
  let tally: Tally = {};
  for (let index = from; index < to; index++) {
    const random = createRandom(seed, "input", index);
    const target = random.pick(turns);
    const { what, text } = target.make(random);
    Atomics.store(progress, 0, index);
    const { verdict, said } = await judge(target, text);
    const counts = (tally[target.name] ??= {});
    counts[verdict] = (counts[verdict] ?? 0) + 1;
    const polluted = ({} as Record<string, unknown>).polluted !== undefined;
    if (verdict !== "refused" || polluted) {
      const finding: Finding = {
        index,
        target: target.name,
        verdict,
        what,
        text: polluted ? "Object.prototype changed" : said,
      };
      parentPort!.postMessage({ finding });
    }
    if (index % 500 === 0 || index === to - 1) {
      parentPort!.postMessage({ tally, done: index + 1 });
      tally = {};
    }
  }
}

void main();
