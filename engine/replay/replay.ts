import { type MigrationConfig, migrationConfigSchema } from "../planner/migration/config";
import type { PlanConfig } from "../planner/request";
import type { Snapshot } from "../snapshot";
import { type RecordedDemand, recordedBefore } from "./demand";
import { Flights } from "./flights";
import { Loads } from "./loads";
import type { ReplayMove, ReplayPolicy, ReplayView } from "./policy";
import { type ReplayOutcome, Tally } from "./tally";
import { type ReplayWorld, replayWorld } from "./world";

export interface ReplayOptions {
  /** Slot at which the replay begins; what is before is history. */
  readonly from: number;
  /** Slot before which it ends; that of the recording when not given. */
  readonly until?: number;
  /** Slots between two decisions. */
  readonly every: number;
  /** Slots of history that a policy is given at most. */
  readonly history?: number;
  /** Limits of the planner's constraints (overcommit and others) that the world keeps; defaults where not given. */
  readonly config?: Partial<Omit<PlanConfig, "migration">>;
  readonly migration?: Partial<MigrationConfig>;
  readonly signal?: AbortSignal;
}

/** A cluster to begin with: where its VMs are in the snapshot is where they are at slot `from`. */
export interface ReplayCluster {
  readonly snapshot: Snapshot;
  /** Name or id. */
  readonly cluster: string;
}

/**
 * What would have become of a cluster under recorded demand, had a policy moved its VMs: demand stays what it was, moves
 * take their time, and every hard constraint and vMotion limit is kept. The policy is asked every so many slots and
 * knows what was recorded before, never the slot that begins.
 *
 * @throws RangeError where the slots don't lie within the recording; AffinityError CLUSTER_NOT_FOUND
 */
export async function replay(
  { snapshot, cluster }: ReplayCluster,
  demand: RecordedDemand,
  policy: ReplayPolicy,
  options: ReplayOptions,
): Promise<ReplayOutcome> {
  const { from, every, until = demand.grid.length } = options;
  if (!(from >= 1 && from < until && until <= demand.grid.length && every >= 1))
    throw new RangeError(`slots ${from} to ${until}, every ${every}, of ${demand.grid.length}`);
  const world = replayWorld(snapshot, cluster, demand, options.config ?? {});
  const { model } = world;
  const loads = new Loads(
    Int32Array.from(model.vms, ({ current }) => current),
    model.hosts.length,
  );
  const flights = new Flights(world, loads, migrationConfigSchema.parse(options.migration ?? {}));
  const tally = new Tally(Float64Array.from(model.hosts, ({ cpuMhz }) => cpuMhz ?? Infinity));
  const held = new Held(demand, world.demandOf);
  held.skip(from);

  let waiting: readonly (readonly [vm: number, to: number])[] = [];
  for (let slot = from; slot < until; slot++) {
    options.signal?.throwIfAborted();
    const { start, step } = demand.grid;
    const begin = start + slot * step;
    tally.heldMinutes += (held.next(slot) * step) / 60;
    if ((slot - from) % every === 0) {
      tally.refused += waiting.length;
      const asked = await policy.decide(viewOf(begin, { snapshot, world, loads, flights }, demand, slot, options));
      waiting = asked.map((move) => indicesOf(move, world, policy));
      tally.decisions++;
    }
    loads.set(held.values);
    for (let now = begin; now < begin + step;) {
      waiting = waiting.filter(([vm, to]) => {
        if (!flights.start(vm, to, now)) return true;
        tally.began(flights.list[flights.list.length - 1]);
        return false;
      });
      const next = Math.min(begin + step, flights.nextEnd());
      tally.pass(now, next, loads);
      now = next;
      for (const flight of flights.finish(now)) tally.ended(flight);
    }
  }
  tally.refused += waiting.length;
  const { overloadMinutes, vmOverloadMinutes, lostVmMinutes, moves, returns, refused } = tally;
  const { copiedMb, decisions, hostMinutes, heldMinutes, days } = tally;
  return {
    ...{ policy: policy.name, overloadMinutes, vmOverloadMinutes, lostVmMinutes, moves, returns, refused },
    ...{ copiedMb, decisions, hostMinutes, heldMinutes, days },
    withoutDemand: model.vms.flatMap(({ name }, v) => (world.demandOf[v] < 0 ? [name] : [])),
    placement: Object.fromEntries(placementOf(world, loads)),
  };
}

/** Demand slot by slot; where a sample is missing, the newest one before. A VM that has none yet isn't running yet. */
class Held {
  /** [VM of the model] MHz */
  readonly values: Float64Array;

  constructor(
    private readonly demand: RecordedDemand,
    private readonly demandOf: Int32Array,
  ) {
    this.values = new Float64Array(demandOf.length);
  }

  skip(until: number): void {
    for (let slot = 0; slot < until; slot++) this.next(slot);
  }

  /** Goes on to `slot`; gives how many VMs have no sample in it. */
  next(slot: number): number {
    let missing = 0;
    this.demandOf.forEach((row, vm) => {
      const value = row < 0 ? 0 : this.demand.cpuMhz[row][slot];
      if (Number.isNaN(value)) missing++;
      else this.values[vm] = value;
    });
    return missing;
  }
}

interface Present {
  readonly snapshot: Snapshot;
  readonly world: ReplayWorld;
  readonly loads: Loads;
  readonly flights: Flights;
}

function viewOf(
  now: number,
  { snapshot, world, loads, flights }: Present,
  demand: RecordedDemand,
  slot: number,
  options: ReplayOptions,
): ReplayView {
  const { model, rowOf, hostOf } = world;
  const at = new Map(placementOf(world, loads));
  return {
    now,
    snapshot: {
      ...snapshot,
      virtualMachines: snapshot.virtualMachines.map((vm) => ({ ...vm, host: at.get(vm.id) ?? vm.host })),
    },
    cluster: model.cluster.id,
    history: recordedBefore(demand, slot, options.history),
    flights: flights.list.map(({ vm, from, to, end }) => ({
      vm: model.vms[vm].id!,
      from: model.hosts[from].id,
      to: model.hosts[to].id,
      end,
    })),
    fits: (vm, host) => {
      const [v, h] = [rowOf.get(vm), hostOf.get(host)];
      return v !== undefined && h !== undefined && v < model.movable && !flights.refused(v, h);
    },
  };
}

function* placementOf({ model }: ReplayWorld, loads: Loads): Generator<[string, string]> {
  for (let v = 0; v < model.vms.length; v++) {
    const host = loads.at[v];
    if (host >= 0) yield [model.vms[v].id!, model.hosts[host].id];
  }
}

function indicesOf({ vm, to }: ReplayMove, { model, rowOf, hostOf }: ReplayWorld, policy: ReplayPolicy) {
  const [v, h] = [rowOf.get(vm), hostOf.get(to)];
  if (v === undefined || v >= model.movable || h === undefined)
    throw new RangeError(`policy ${policy.name} moves ${vm} to ${to}: no such VM that may move, or no such host`);
  return [v, h] as const;
}
