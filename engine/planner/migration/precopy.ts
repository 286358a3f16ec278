import { streamsFor } from "./limits";

/**
 * Live migration by pre-copy, round by round (Clark et al., "Live Migration of Virtual Machines", NSDI 2005; Nelson et
 * al., "Fast Transparent Migration for Virtual Machines", USENIX ATC 2005): the first round sends all memory, each
 * further one what was written to during the one before. The seed's adaptive checkpoint is a round, its differential
 * synchronization what a round sends.
 */
export interface PreCopyInput {
  /** Memory to be sent, MB. */
  readonly memoryMb: number;
  /** Memory written to, MB per second, a page counted once for each time it must be sent again. */
  readonly dirtyMbPerSecond: number;
  /** The most that can be dirty: the writable working set, MB. */
  readonly writableMb: number;
  /** Share of the vMotion network that this migration has, Gb/s. */
  readonly gigabitsPerSecond: number;
  readonly downtimeGoalMs: number;
}

export interface PreCopy {
  readonly rounds: number;
  /** From the first page to the switchover's end. */
  readonly durationSeconds: number;
  readonly downtimeMs: number;
  readonly copiedMb: number;
  /** Whether the VM had to be slowed down for the rounds to converge: stun during page send. */
  readonly stunned: boolean;
  readonly streams: number;
}

/** Checks, the destination's start and the handover of devices: paid once, whatever the memory. */
const SETUP_SECONDS = 2;
const SWITCHOVER_MS = 100;
/** A round that leaves more than this share of what it began with doesn't converge. */
const CONVERGING = 0.9;
/** Stun during page send holds a VM to a rate of writing at which every round halves what is left. */
const STUNNED_SHARE = 0.5;
/** No migration of a VM of any size takes more: with stun, each round halves. */
const MAX_ROUNDS = 64;

/** MB per second of so many Gb/s on the wire. */
export const megabytesPerSecond = (gigabitsPerSecond: number): number => (gigabitsPerSecond * 1000) / 8;

/**
 * Rounds, duration and downtime of one migration. Pages written in a round of t seconds: W (1 - exp(-D t / W)), for writes
 * fall on a working set W and a page that is dirty already adds nothing.
 */
export function preCopy(input: PreCopyInput): PreCopy {
  const { memoryMb, dirtyMbPerSecond, writableMb, gigabitsPerSecond, downtimeGoalMs } = input;
  const speed = megabytesPerSecond(gigabitsPerSecond);
  let [left, copied, seconds, rounds] = [memoryMb, 0, 0, 0];
  let rate = dirtyMbPerSecond;
  let stunned = false;
  while (rounds < MAX_ROUNDS && (rounds === 0 || (left / speed) * 1000 > downtimeGoalMs)) {
    const time = left / speed;
    const dirtied = writableMb > 0 ? writableMb * (1 - Math.exp((-rate * time) / writableMb)) : 0;
    rounds++;
    copied += left;
    seconds += time;
    if (rounds > 1 && dirtied > CONVERGING * left && (dirtied / speed) * 1000 > downtimeGoalMs) {
      stunned = true;
      rate = Math.min(rate, STUNNED_SHARE * speed);
    }
    left = Math.min(left, dirtied);
  }
  const downtimeMs = (left / speed) * 1000 + SWITCHOVER_MS;
  return {
    rounds,
    durationSeconds: SETUP_SECONDS + seconds + downtimeMs / 1000,
    downtimeMs,
    copiedMb: copied + left,
    stunned,
    streams: streamsFor(gigabitsPerSecond),
  };
}
