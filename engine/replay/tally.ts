import type { Flight } from "./flights";
import type { Loads } from "./loads";

/** What a replay counted. */
export interface ReplayOutcome {
  readonly policy: string;
  /** Host-minutes with more demand than capacity. */
  readonly overloadMinutes: number;
  /** VM-minutes on such hosts. */
  readonly vmOverloadMinutes: number;
  /**
   * VM-minutes of work that was not done: on a host with demand above capacity each VM lacks the same share of its own,
   * and a VM stands still while its move switches over.
   */
  readonly lostVmMinutes: number;
  /** vMotions that ended, and were under way at the end. */
  readonly moves: number;
  /** Moves back to a host that the VM had left less than a day before. */
  readonly returns: number;
  /** Moves asked for that a constraint or a limit left no room for. */
  readonly refused: number;
  readonly copiedMb: number;
  readonly decisions: number;
  readonly hostMinutes: number;
  /** VM-minutes for which no sample was there, and the value before was held. */
  readonly heldMinutes: number;
  /** Names of VMs that no demand was recorded for: they took no part. */
  readonly withoutDemand: readonly string[];
  /** Host id by VM id at the end. */
  readonly placement: Readonly<Record<string, string>>;
}

const DAY = 86_400;

/** Counts as time goes by. */
export class Tally {
  overloadMinutes = 0;
  vmOverloadMinutes = 0;
  lostVmMinutes = 0;
  moves = 0;
  returns = 0;
  refused = 0;
  copiedMb = 0;
  decisions = 0;
  hostMinutes = 0;
  heldMinutes = 0;
  private readonly left = new Map<string, number>();

  /** @param capacity [host] MHz; Infinity where it isn't known */
  constructor(private readonly capacity: Float64Array) {}

  pass(seconds: number, { load, count }: Loads): void {
    const minutes = seconds / 60;
    this.hostMinutes += minutes * load.length;
    for (let host = 0; host < load.length; host++) {
      if (load[host] <= this.capacity[host]) continue;
      this.overloadMinutes += minutes;
      this.vmOverloadMinutes += minutes * count[host];
      this.lostVmMinutes += minutes * count[host] * (1 - this.capacity[host] / load[host]);
    }
  }

  began({ vm, from, to, start, copiedMb }: Flight): void {
    this.moves++;
    this.copiedMb += copiedMb;
    const since = this.left.get(`${vm} ${to}`);
    if (since !== undefined && start - since < DAY) this.returns++;
    this.left.set(`${vm} ${from}`, start);
  }

  ended({ downtimeMs }: Flight): void {
    this.lostVmMinutes += downtimeMs / 60_000;
  }
}
