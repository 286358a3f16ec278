import { createRandom } from "../../engine/random";
import { parseSnapshot, type Snapshot, type VirtualMachine } from "../../engine/snapshot";
import { syntheticCluster } from "../../engine/synthetic";
import { makeMachines } from "../../engine/synthetic/machines";
import { checkOptions, timeAxis } from "../../engine/synthetic/options";
import { applicationLoad, autoregressive, cpuShare } from "../../engine/synthetic/workload";
import { drawSignals, type HostSignals } from "./signals";
import { drawTroubles, type Trouble } from "./troubles";

export const STEP = 300;
const DAY = 86_400;
const SLOTS_A_DAY = DAY / STEP;
const MHZ_PER_VCPU = 2600;
/** Days of telemetry before the first decision. */
export const HISTORY_DAYS = 14;
const START = Date.UTC(2026, 0, 5) / 1000;

export interface ScenarioOptions {
  readonly seed: number;
  readonly hosts: number;
  readonly vms: number;
  readonly days: number;
  /** Mean demand over the cluster's capacity. */
  readonly use: number;
  readonly failuresPerDay: number;
  /** Recorded CPU that takes the place of the synthetic: [series][slot of STEP], MHz. */
  readonly recorded?: readonly Float64Array[];
}

/** A cluster, what its VMs will ask for and what will befall its hosts. Slot 0 is the first of the history. */
export interface Scenario {
  readonly seed: number;
  readonly snapshot: Snapshot;
  readonly cluster: string;
  /** VMs that are on; rows of demand and memory. */
  readonly vms: readonly VirtualMachine[];
  /** Epoch seconds of slot 0, of the first decision, and of the end. */
  readonly start: number;
  readonly from: number;
  readonly end: number;
  readonly slots: number;
  /** [VM][slot] MHz asked for; NaN before it exists. */
  readonly demand: readonly Float64Array[];
  /** [VM][slot] MB consumed. */
  readonly memory: readonly Float64Array[];
  readonly signals: readonly HostSignals[];
  readonly troubles: readonly Trouble[];
}

/**
 * The quickstart's kind of cluster with nobody's maintenance: applications of tiers with their rules, reservations and
 * criticality, each following the day and the week, with bursts; a sixth of the VMs changes its level for good at some
 * time. Demand is scaled to a mean use, and troubles are drawn by code that shares nothing with the models.
 */
export function makeScenario(options: ScenarioOptions): Scenario {
  const { seed, days, hosts, vms } = options;
  const from = START + HISTORY_DAYS * DAY;
  const end = from + days * DAY;
  // From eight hosts on the last one is in maintenance: it is left out.
  const made = {
    seed,
    hosts: hosts >= 7 ? hosts + 1 : hosts,
    vms,
    days: HISTORY_DAYS + days,
    stepMinutes: 5,
    end,
  } as const;
  const snapshot = parseSnapshot(movable(syntheticCluster(made).snapshot), "the month's cluster");
  const checked = checkOptions(made);
  const axis = timeAxis(checked);
  const machines = makeMachines(checked, axis);
  const on = snapshot.virtualMachines.filter(({ power }) => power === "poweredOn");
  const byId = new Map(machines.map((machine) => [machine.id, machine]));
  const capacity = snapshot.hosts.reduce((sum, { cpuMhz }) => sum + cpuMhz!, 0);
  const shares = on.map(({ id }, v) => {
    const machine = byId.get(id)!;
    const load = applicationLoad(seed, machine.application, axis);
    const share = options.recorded
      ? shareOf(options.recorded, seed, v, axis.slots)
      : cpuShare(seed, machine, load, axis);
    return shifted(share, seed, v, HISTORY_DAYS / (HISTORY_DAYS + days));
  });
  const scale = (options.use * capacity) / meanOf(shares, on);
  const demand = shares.map((share, v) => {
    const full = on[v].vcpus! * MHZ_PER_VCPU;
    return share.map((value) => Math.min(full, value * full * scale));
  });
  const memory = on.map(({ id, memoryMb }, v) => {
    const noise = autoregressive(createRandom(seed, "memory", v), axis.slots, STEP / 3600, 48, 0.015);
    const backed = byId.get(id)!.tier.memoryBacked * memoryMb!;
    return noise.map((value) => Math.min(memoryMb!, backed * (1 + value)));
  });
  const racks = snapshot.hosts.map(({ tags }) => tags.find(({ category }) => category === "rack")!.name);
  const troubles = drawTroubles({ seed, racks, from, days, failuresPerDay: options.failuresPerDay });
  const signals = drawSignals({
    seed,
    hosts: racks.length,
    troubles,
    start: axis.start,
    slots: axis.slots,
    step: STEP,
  });
  return {
    ...{ seed, snapshot, cluster: snapshot.clusters[0].id, vms: on, start: axis.start, from, end, slots: axis.slots },
    ...{ demand, memory, signals, troubles },
  };
}

/** One of the series, from a day of its own on, over and over again, as a share of its peak. */
function shareOf(recorded: readonly Float64Array[], seed: number, vm: number, slots: number): Float64Array {
  const random = createRandom(seed, "recorded", vm);
  const series = random.pick(recorded);
  const peak = series.reduce((a, b) => Math.max(a, b));
  const from = random.integer(Math.floor(series.length / SLOTS_A_DAY)) * SLOTS_A_DAY;
  return Float64Array.from({ length: slots }, (_, slot) => series[(from + slot) % series.length] / peak);
}

/** Without the host in maintenance, and without devices that bind a VM to its host: nobody could help such a VM. */
function movable(snapshot: Snapshot): Snapshot {
  const gone = new Set(snapshot.hosts.filter(({ maintenance }) => maintenance).map(({ id }) => id));
  return {
    ...snapshot,
    hosts: snapshot.hosts.filter(({ id }) => !gone.has(id)).map((host) => ({ ...host, devices: [] })),
    virtualMachines: snapshot.virtualMachines.map((vm) => ({
      ...{ ...vm, devices: [] },
      host: gone.has(vm.host ?? "") ? null : vm.host,
    })),
    clusters: snapshot.clusters.map((cluster) => ({
      ...cluster,
      hostGroups: cluster.hostGroups.map((group) => ({
        ...group,
        members: group.members.filter((host) => !gone.has(host)),
      })),
    })),
  };
}

/** Some VMs do more or less from a day on: an application grows, is split up, is used by others. */
function shifted(share: Float64Array, seed: number, vm: number, history: number): Float64Array {
  const random = createRandom(seed, "shift", vm);
  const [shifts, when, factor] = [random.uniform() < 1 / 6, random.uniform(), random.logNormal(1.3, 0.5)];
  if (!shifts) return share;
  const at = Math.floor((history + (1 - history) * when) * share.length);
  return share.map((value, slot) => (slot < at ? value : Math.min(1, value * factor)));
}

/** MHz that all VMs together ask for, on average. */
function meanOf(shares: readonly Float64Array[], vms: readonly VirtualMachine[]): number {
  let sum = 0;
  shares.forEach((share, v) => {
    let [total, count] = [0, 0];
    for (const value of share) {
      if (Number.isNaN(value)) continue;
      total += value;
      count++;
    }
    if (count > 0) sum += (total / count) * vms[v].vcpus! * MHZ_PER_VCPU;
  });
  return sum;
}
