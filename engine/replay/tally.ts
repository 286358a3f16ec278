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
  /** Days (UTC) in their order. */
  readonly days: readonly ReplayedDay[];
  /** Host id by VM id at the end. */
  readonly placement: Readonly<Record<string, string>>;
}

/** A day of a replay, UTC; a move counts on the day on which it begins. */
export interface ReplayedDay {
  /** Epoch seconds of its midnight. */
  readonly day: number;
  readonly overloadMinutes: number;
  readonly lostVmMinutes: number;
  readonly moves: number;
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
  private readonly byDay = new Map<number, { overloadMinutes: number; lostVmMinutes: number; moves: number }>();

  /** @param capacity [host] MHz; Infinity where it isn't known */
  constructor(private readonly capacity: Float64Array) {}

  get days(): ReplayedDay[] {
    return [...this.byDay].map(([day, counts]) => ({ day, ...counts }));
  }

  /** @param from epoch seconds; `until` is on the same day */
  pass(from: number, until: number, { load, count }: Loads): void {
    const minutes = (until - from) / 60;
    const day = this.dayOf(from);
    this.hostMinutes += minutes * load.length;
    for (let host = 0; host < load.length; host++) {
      if (load[host] <= this.capacity[host]) continue;
      const lost = minutes * count[host] * (1 - this.capacity[host] / load[host]);
      this.overloadMinutes += minutes;
      this.vmOverloadMinutes += minutes * count[host];
      this.lostVmMinutes += lost;
      day.overloadMinutes += minutes;
      day.lostVmMinutes += lost;
    }
  }

  began({ vm, from, to, start, copiedMb }: Flight): void {
    this.moves++;
    this.dayOf(start).moves++;
    this.copiedMb += copiedMb;
    const since = this.left.get(`${vm} ${to}`);
    if (since !== undefined && start - since < DAY) this.returns++;
    this.left.set(`${vm} ${from}`, start);
  }

  ended({ downtimeMs, start }: Flight): void {
    this.lostVmMinutes += downtimeMs / 60_000;
    this.dayOf(start).lostVmMinutes += downtimeMs / 60_000;
  }

  private dayOf(at: number) {
    const day = Math.floor(at / DAY) * DAY;
    const counts = this.byDay.get(day) ?? { overloadMinutes: 0, lostVmMinutes: 0, moves: 0 };
    this.byDay.set(day, counts);
    return counts;
  }
}
