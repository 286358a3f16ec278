/** Figures of one policy's month. */
export interface MonthOutcome {
  /** VM-minutes in which a VM that should run did not: its host was down, it was restarting, found no room, or switched over. */
  readonly lostVmMinutes: number;
  /** Host-minutes with more demand than CPU. */
  readonly overloadMinutes: number;
  /** VM-minutes of CPU that such hosts' VMs asked for in vain. */
  readonly unservedVmMinutes: number;
  readonly movesPerDay: number;
  /** Moves back to a host that the VM had left within a day, neither host having been in trouble or crowded meanwhile. */
  readonly thrash: number;
  /** All moves back within a day. */
  readonly returns: number;
  /** Moves that failed or were refused. */
  readonly failedMoves: number;
  /** Moves that would have broken a mandatory rule, or gone where the VM's disks, networks or devices are not. */
  readonly violations: number;
  /** Failures of hosts, with VMs on them when they came; VMs that they took down. */
  readonly failures: number;
  readonly vmsHit: number;
}

const DAY = 86_400;

/** Counts as time goes by. */
export class Tally {
  lostVmSeconds = 0;
  overloadSeconds = 0;
  unservedVmSeconds = 0;
  moves = 0;
  thrash = 0;
  returns = 0;
  failedMoves = 0;
  violations = 0;
  failures = 0;
  vmsHit = 0;
  private readonly left = new Map<string, number>();

  /** @param hadCause whether something spoke against the host, or for leaving it, since then */
  began(vm: number, from: number, to: number, now: number, hadCause: (host: number, since: number) => boolean): void {
    this.moves++;
    const since = this.left.get(`${vm} ${to}`);
    if (since !== undefined && now - since < DAY) {
      this.returns++;
      if (!hadCause(from, since)) this.thrash++;
    }
    this.left.set(`${vm} ${from}`, now);
  }

  outcome(days: number): MonthOutcome {
    const minutes = (seconds: number) => Math.round(seconds / 6) / 10;
    return {
      lostVmMinutes: minutes(this.lostVmSeconds),
      overloadMinutes: minutes(this.overloadSeconds),
      unservedVmMinutes: minutes(this.unservedVmSeconds),
      movesPerDay: Math.round((this.moves / days) * 100) / 100,
      thrash: this.thrash,
      returns: this.returns,
      failedMoves: this.failedMoves,
      violations: this.violations,
      failures: this.failures,
      vmsHit: this.vmsHit,
    };
  }
}

/** The mean month; counts of troubles too. */
export function meanOutcome(outcomes: readonly MonthOutcome[]): MonthOutcome {
  const mean = (key: keyof MonthOutcome) =>
    Math.round((outcomes.reduce((sum, outcome) => sum + outcome[key], 0) / outcomes.length) * 100) / 100;
  const keys = Object.keys(outcomes[0]) as (keyof MonthOutcome)[];
  return Object.fromEntries(keys.map((key) => [key, mean(key)])) as unknown as MonthOutcome;
}
