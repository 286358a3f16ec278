import { thresholdPolicy, type ReplayMove, type ReplayView, type VmSelection } from "../../engine/replay";
import { replayWorld } from "../../engine/replay/world";
import type { SimulatedClock } from "./clock";
import type { SimulatedCluster } from "./cluster";
import type { Recorder } from "./recorder";

export interface ReactiveOptions {
  /** Share of a host's CPU above which VMs leave it. */
  readonly threshold: number;
  readonly selection: VmSelection;
  /** Disk latency (ms) and network errors a sample above which a host is emptied; null: only CPU counts. */
  readonly alarms: { readonly latencyMs: number; readonly errors: number } | null;
}

/** Slots that an alarm and a threshold look at. */
const RECENT = 3;

/**
 * The reactive policy: VMs leave a host whose CPU is above the threshold now (Beloglazov and Buyya's THR), and one whose
 * alarms stand, as Proactive HA empties a degraded host, to the least loaded host that the cluster's constraints allow.
 */
export class Reactor {
  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly telemetry: Recorder,
    private readonly clock: SimulatedClock,
    private readonly options: ReactiveOptions,
  ) {}

  begin(): void {
    const { cluster, telemetry, options } = this;
    const { scenario } = cluster;
    const rowOf = new Map(scenario.vms.map(({ id }, v) => [id, v]));
    const hostOf = new Map(scenario.snapshot.hosts.map(({ id }, h) => [id, h]));
    const history = telemetry.newest("vmCpuDemandMhz", RECENT);
    const snapshot = cluster.snapshot();
    const { guard, rowOf: modelRow, hostOf: modelHost, model } = replayWorld(snapshot, scenario.cluster, history, {});
    const alarmed = this.alarmed();
    const view: ReplayView = {
      now: this.clock.now,
      snapshot,
      cluster: scenario.cluster,
      history,
      flights: cluster.flights.map(({ vm, from, to, end }) => ({
        vm: scenario.vms[vm].id,
        from: scenario.snapshot.hosts[from].id,
        to: scenario.snapshot.hosts[to].id,
        end,
      })),
      fits: (vm, host) => {
        const v = modelRow.get(vm);
        return v !== undefined && v < model.movable && !alarmed.has(host) && guard.fits(v, modelHost.get(host)!, false);
      },
    };
    const balance = thresholdPolicy(options).decide(view) as readonly ReplayMove[];
    const asked = new Set<number>();
    for (const { vm, to } of [...evacuation(view, alarmed), ...balance]) {
      const v = rowOf.get(vm)!;
      if (asked.has(v) || cluster.inFlight(v) || !view.fits(vm, to)) continue;
      asked.add(v);
      // What is decided together must fit together.
      guard.start(modelRow.get(vm)!, modelHost.get(to)!);
      // What failed is decided anew the next time.
      cluster.move(v, hostOf.get(to)!).catch(() => undefined);
    }
  }

  private alarmed(): ReadonlySet<string> {
    const { alarms } = this.options;
    if (alarms === null) return new Set();
    const latency = this.telemetry.newest("hostDiskLatencyMs", RECENT);
    const errors = this.telemetry.newest("hostNetworkErrors", RECENT);
    return new Set(
      latency.ids.filter(
        (_, h) => meanOf(latency.cpuMhz[h]) > alarms.latencyMs || meanOf(errors.cpuMhz[h]) > alarms.errors,
      ),
    );
  }
}

function evacuation({ snapshot, history, fits }: ReplayView, alarmed: ReadonlySet<string>): ReplayMove[] {
  const load = new Map(snapshot.hosts.map(({ id }) => [id, 0]));
  const mhz = new Map(history.ids.map((id, row) => [id, history.cpuMhz[row].at(-1) ?? 0]));
  for (const { id, host } of snapshot.virtualMachines) load.set(host!, (load.get(host!) ?? 0) + (mhz.get(id) || 0));
  const capacity = new Map(snapshot.hosts.map(({ id, cpuMhz }) => [id, cpuMhz!]));
  return snapshot.virtualMachines
    .filter(({ host, power }) => alarmed.has(host!) && power === "poweredOn")
    .flatMap(({ id }) => {
      const to = [...load.keys()]
        .filter((host) => fits(id, host))
        .sort((a, b) => load.get(a)! / capacity.get(a)! - load.get(b)! / capacity.get(b)!)[0];
      if (to === undefined) return [];
      load.set(to, load.get(to)! + (mhz.get(id) || 0));
      return [{ vm: id, to }];
    });
}

function meanOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? 0 : known.reduce((a, b) => a + b, 0) / known.length;
}
