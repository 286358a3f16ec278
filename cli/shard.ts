import { type Command, InvalidArgumentError } from "commander";
import type { Shard } from "../provider/reconcile/shard";

export function addShardOption(command: Command): void {
  command.option("--shard <i/n>", "only the clusters of part i (from 0) of n", parseShard);
}

function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || count < 1 || index >= count) {
    throw new InvalidArgumentError("Give it as i/n, with i from 0 to n - 1, such as 0/4.");
  }
  return { index, count };
}
