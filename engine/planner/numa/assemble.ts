import type { Priced } from "./prices";
import type { Classes } from "./host-classes";
import type { Choice } from "./host-choices";
import { combine, isIdle } from "./combine";

/** States kept from host to host in the passes over all of them, a quick one first, and in each pass over a few. */
const PASS_WIDTHS = [20, 250];
/** Slots times states of a pass over all hosts, at most. */
const PASS_STATES = 60_000;
const WIDTH = 800;
/** Hosts of a class that are looked at for each one that the prices would have do something, and beside them. */
const SPARE = 2;
/** Hosts that a pass frees: of those that do something, and of the others. */
const BUSY = 12;
const OTHERS = 16;

export interface Assembly {
  /** [host] what it does; absent: nothing. */
  readonly choice: ReadonlyMap<number, Choice>;
  readonly gain: number;
  readonly moves: number;
}

/**
 * A choice for every host, so that what is given is taken: passes over all hosts that might do something, which aim at
 * the bound first and then lower; then again and again over a few hosts, the rest as it is (large neighbourhood
 * search), until the bound is met or `stop`.
 */
export function assemble(
  classes: Classes,
  choices: readonly (readonly Choice[])[],
  { prices, bound, busy }: Priced,
  limit: number,
  random: () => number,
  stop: () => boolean,
): Assembly {
  const types = classes.types.length;
  // Of many hosts that are alike only some will do anything.
  const hosts = classes.list.flatMap(({ hosts: list }, c) => {
    if (choices[c].length < 2) return [];
    const some = list.slice(0, Math.ceil(SPARE * busy[c]) + SPARE);
    return some.map((host) => ({ host, choices: choices[c] }));
  });
  const idleAt = hosts.map((slot) => slot.choices.findIndex(isIdle));
  const chosen = [...idleAt];
  let gain = 0;
  let moves = 0;
  const most = Math.floor(bound + 1e-6);

  const attempt = (slots: readonly number[], width: number, aim: number): boolean => {
    const target = new Int16Array(types);
    let ownGain = 0;
    let ownMoves = 0;
    for (const slot of slots) {
      const choice = hosts[slot].choices[chosen[slot]];
      for (const [type, amount] of choice.net) target[type] += amount;
      ownGain += choice.gain;
      ownMoves += choice.moves;
    }
    const found = combine(
      slots.map((slot) => hosts[slot].choices),
      {
        target,
        limit: limit - moves + ownMoves,
        aim: aim - gain + ownGain,
        incumbent: { gain: ownGain, moves: ownMoves },
        prices,
        width,
        stop,
      },
    );
    if (!found) return false;
    slots.forEach((slot, i) => (chosen[slot] = found.chosen[i]));
    gain += found.gain - ownGain;
    moves += found.moves - ownMoves;
    return true;
  };

  // Who loses most by doing nothing comes first; those that only take are left to make the sums even.
  const order = hosts.map((_, i) => i);
  order.sort((a, b) => hosts[b].choices[idleAt[b]].loss - hosts[a].choices[idleAt[a]].loss || a - b);
  for (const pass of PASS_WIDTHS) {
    const width = Math.min(pass, Math.ceil(PASS_STATES / Math.max(1, hosts.length)));
    if (gain < most && !stop()) attempt(order, width, Math.max(gain + 1, gain === 0 ? most - 1 : most));
  }
  while (!stop() && gain < most && hosts.length > 1) {
    const pick = (from: number[], count: number): number[] => {
      const rest = [...from];
      const picked: number[] = [];
      while (picked.length < count && rest.length > 0) {
        const at = Math.floor(random() * rest.length);
        picked.push(rest[at]);
        rest[at] = rest[rest.length - 1];
        rest.pop();
      }
      return picked;
    };
    const active = order.filter((slot) => chosen[slot] !== idleAt[slot]);
    const idle = order.filter((slot) => chosen[slot] === idleAt[slot]);
    attempt([...pick(active, BUSY), ...pick(idle, OTHERS)], WIDTH, gain + 1);
  }
  const result = new Map<number, Choice>();
  hosts.forEach(({ host, choices: options }, slot) => {
    if (chosen[slot] !== idleAt[slot]) result.set(host, options[chosen[slot]]);
  });
  return { choice: result, gain, moves };
}
