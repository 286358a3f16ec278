import type { MigrationConfig } from "../planner/migration/config";
import { Costs } from "../planner/migration/ledger";
import { preCopy } from "../planner/migration/precopy";
import type { Loads } from "./loads";
import type { ReplayWorld } from "./world";

export interface Flight {
  readonly vm: number;
  readonly from: number;
  readonly to: number;
  /** Epoch seconds. */
  readonly start: number;
  readonly end: number;
  readonly downtimeMs: number;
  readonly copiedMb: number;
}

const MHZ_PER_GHZ = 1000;

/**
 * The vMotions under way: each takes as long as the pre-copy model says at the VM's demand and its part of the network
 * when it begins; vCenter's limits and the cluster's hard constraints hold at every instant.
 */
export class Flights {
  readonly list: Flight[] = [];
  private readonly costs: Costs;

  constructor(
    private readonly world: ReplayWorld,
    private readonly loads: Loads,
    private readonly config: MigrationConfig,
  ) {
    this.costs = new Costs(config);
  }

  /** Whether a hard constraint refuses the VM on the host as things stand. */
  refused(vm: number, to: number): boolean {
    return !this.world.guard.fits(vm, to, false);
  }

  /** Begins the move if there is room for it now; false where it has to wait. */
  start(vm: number, to: number, now: number): boolean {
    const from = this.loads.at[vm];
    if (from < 0 || from === to || this.loads.inFlight(vm) || this.refused(vm, to)) return false;
    const move = { unit: vm, from, to, temporary: false };
    const operation = this.world.operation(vm);
    this.costs.count(move, operation, 1);
    if (!this.costs.within()) {
      this.costs.count(move, operation, -1);
      return false;
    }
    const { memoryMb } = this.world.model.vms[vm];
    const copy = preCopy({
      memoryMb: memoryMb!,
      writableMb: memoryMb! * this.config.writableShare,
      dirtyMbPerSecond: (this.loads.demand[vm] / MHZ_PER_GHZ) * this.config.dirtyMbPerGhz,
      gigabitsPerSecond: this.config.networkGbps / this.costs.sharing(move),
      downtimeGoalMs: this.config.downtimeGoalMs,
    });
    const { downtimeMs, copiedMb, durationSeconds } = copy;
    this.list.push({ vm, from, to, start: now, end: now + durationSeconds, downtimeMs, copiedMb });
    this.world.guard.start(vm, to);
    this.loads.start(vm, to);
    return true;
  }

  /** Epoch seconds at which the next one ends; Infinity if none is under way. */
  nextEnd(): number {
    return this.list.reduce((least, { end }) => Math.min(least, end), Infinity);
  }

  /** Ends those that are over by `now`, and gives them. */
  finish(now: number): Flight[] {
    const over = this.list.filter(({ end }) => end <= now);
    for (const flight of over) {
      this.list.splice(this.list.indexOf(flight), 1);
      const { vm, from, to } = flight;
      this.costs.count({ unit: vm, from, to, temporary: false }, this.world.operation(vm), -1);
      this.world.guard.finish(vm, from, to);
      this.loads.finish(vm);
    }
    return over;
  }
}
