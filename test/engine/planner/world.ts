import type { Assessment } from "../../../engine/models/assessment";
import { type PlanRequest, planRequestSchema } from "../../../engine/planner/request";
import { parseSnapshot, type Snapshot } from "../../../engine/snapshot";

type Loose = Record<string, unknown>;

/** A scenario's host: anything of the inventory's schema, with short forms and defaults. */
export interface HostSpec extends Loose {
  name: string;
  cores?: number;
  memoryGb?: number | null;
  /** Probability of failure over the horizon. */
  failure?: number;
  /** Short form of tags: `{ zone: a }`. */
  labels?: Record<string, string>;
}

export interface VmSpec extends Loose {
  name: string;
  /** Makes that many, named `name-1` and so on. */
  count?: number;
  /** A host's name, or several to take in turn. */
  on?: string | string[];
  memoryGb?: number | null;
  /** Mean demand, one number or one per slot; by default half of what is configured. */
  cpuMhz?: number | number[];
  cpuDeviation?: number;
  labels?: Record<string, string>;
  memoryMb?: number;
}

export interface WorldSpec {
  hosts: (HostSpec & { count?: number })[];
  vms?: VmSpec[];
  cluster?: Loose;
  datastores?: Loose[];
  networks?: Loose[];
  request: Loose;
  slots?: number;
  /** Hosts that fail together, as a model would tell: names and the probability that both do. */
  correlated?: [string, string, number][];
  /** VM by VM: what it suffers and what it causes, as a model's low rank. */
  interference?: Record<string, { suffers: number[]; causes: number[] }>;
  /** Traffic between VMs as a model would tell it, KB/s. */
  traffic?: [string, string, number][];
  /** How well hosts serve what VMs run, by profile: the VMs, and the performance on hosts (1 on those not named). */
  served?: Partial<Record<"hostPreference" | "classAffinity", Record<string, ServedSpec>>>;
}

interface ServedSpec {
  vms: string[];
  on: Record<string, number>;
}

export interface World {
  readonly snapshot: Snapshot;
  readonly request: PlanRequest;
  readonly assessment: Assessment;
}

const AS_OF = Date.UTC(2026, 0, 12, 8) / 1000;
const MHZ_PER_CORE = 2500;

function expand<T extends { name: string; count?: number }>(list: readonly T[]): T[] {
  return list.flatMap(({ count, ...item }) =>
    count === undefined
      ? [item as T]
      : Array.from({ length: count }, (_, i) => ({ ...item, name: `${item.name}-${i + 1}` }) as T),
  );
}

/** The inventory, the request and the forecasts of a small cluster from a few lines. */
export function makeWorld(spec: WorldSpec): World {
  const hosts = expand(spec.hosts);
  const vms = expand(spec.vms ?? []).map((vm, i, all) => {
    const on = vm.on;
    const turn = (hosts: string[]) => hosts[all.slice(0, i).filter((other) => other.on === on).length % hosts.length];
    return { ...vm, on: Array.isArray(on) ? turn(on) : on };
  });
  const snapshot = parseSnapshot(
    {
      schemaVersion: 1,
      source: { kind: "file", name: "scenario" },
      takenAt: "2026-01-12T08:00:00Z",
      clusters: [
        {
          id: "cluster",
          name: "cluster",
          drs: { enabled: true, automation: "manual" },
          ha: { enabled: false, admissionControl: { policy: "none" } },
          ...spec.cluster,
        },
      ],
      hosts: hosts.map(({ name, cores = 16, memoryGb = 128, failure: _failure, labels, ...rest }) => ({
        id: name,
        name,
        cluster: "cluster",
        connection: "connected",
        power: "poweredOn",
        maintenance: false,
        cpuMhz: cores * MHZ_PER_CORE,
        cores,
        threads: cores * 2,
        memoryMb: memoryGb === null ? null : memoryGb * 1024,
        tags: Object.entries(labels ?? {}).map(([category, tag]) => ({ category, name: tag })),
        ...rest,
      })),
      virtualMachines: vms.map(
        ({ name, on, memoryGb = 8, cpuMhz: _c, cpuDeviation: _d, memoryMb: _m, labels, ...rest }) => ({
          id: name,
          name,
          host: on ?? null,
          cluster: "cluster",
          power: "poweredOn",
          vcpus: 2,
          memoryMb: memoryGb === null ? null : memoryGb * 1024,
          tags: Object.entries(labels ?? {}).map(([category, tag]) => ({ category, name: tag })),
          ...rest,
        }),
      ),
      datastores: (spec.datastores ?? []).map((store) => ({ id: store.name, capacityMb: 1e6, freeMb: 1e6, ...store })),
      networks: (spec.networks ?? []).map((network) => ({ id: network.name, ...network })),
    },
    "the scenario",
  );
  const requested = expand((spec.request.virtualMachines ?? []) as VmSpec[]);
  const request = planRequestSchema.parse({
    cluster: "cluster",
    asOf: AS_OF,
    ...spec.request,
    virtualMachines: requested.map(({ memoryGb = 8, cpuMhz: _c, cpuDeviation: _d, on: _o, labels, ...rest }) => ({
      vcpus: 2,
      memoryMb: (memoryGb ?? 8) * 1024,
      tags: Object.entries(labels ?? {}).map(([category, tag]) => ({ category, name: tag })),
      ...rest,
    })),
  });
  return { snapshot, request, assessment: assessmentOf(spec, hosts, [...vms, ...requested]) };
}

function assessmentOf(spec: WorldSpec, hosts: readonly HostSpec[], specs: readonly VmSpec[]): Assessment {
  const slots = spec.slots ?? 4;
  const known = new Map<string, VmSpec>();
  for (const vm of specs) known.set(vm.name, { ...known.get(vm.name), ...vm });
  const vms = [...known.values()];
  const table = (value: (vm: VmSpec, slot: number) => number) =>
    Float64Array.from(vms.flatMap((vm) => Array.from({ length: slots }, (_, slot) => value(vm, slot))));
  const cpu = (vm: VmSpec, slot: number): number => {
    if (Array.isArray(vm.cpuMhz)) return vm.cpuMhz[slot % vm.cpuMhz.length];
    const vcpus = vm.vcpus === undefined ? 2 : (vm.vcpus as number | null);
    return vm.cpuMhz ?? (vcpus === null ? NaN : (vcpus * MHZ_PER_CORE) / 2);
  };
  const memory = (vm: VmSpec): number => (vm.memoryGb === null ? NaN : (vm.memoryGb ?? 8) * 1024);
  return {
    horizon: { start: AS_OF, step: 3600, length: slots },
    virtualMachines: {
      ids: vms.map((vm) => (vm.id as string | undefined) ?? vm.name),
      cpuMhz: { mean: table(cpu), variance: table((vm) => (vm.cpuDeviation ?? 0) ** 2) },
      memoryMb: { mean: table(memory), variance: table(() => 0) },
      basis: vms.map(() => "configured" as const),
      coverage: new Float64Array(vms.length),
    },
    hosts: {
      ids: hosts.map((host) => (host.id as string | undefined) ?? host.name),
      failureProbability: Float64Array.from(hosts, (host) => host.failure ?? 0.001),
      evidence: hosts.map((host) => ((host.failure ?? 0) > 0.1 ? "rising read errors" : "")),
    },
    ...relationsOf(spec, hosts, vms),
    lacking: [],
  };
}

/** What the models of pairs would say, by hand. */
function relationsOf(
  spec: WorldSpec,
  hosts: readonly HostSpec[],
  vms: readonly VmSpec[],
): Pick<Assessment, "correlation" | "interference" | "traffic" | "hostPreference" | "classAffinity"> {
  const hostAt = (name: string) => hosts.findIndex((host) => host.name === name);
  const vmAt = (name: string) => vms.findIndex((vm) => vm.name === name);
  const joint = Float64Array.from({ length: hosts.length ** 2 }, (_, i) => {
    const [a, b] = [hosts[Math.floor(i / hosts.length)], hosts[i % hosts.length]];
    return a === b ? (a.failure ?? 0.001) : (a.failure ?? 0.001) * (b.failure ?? 0.001);
  });
  for (const [a, b, probability] of spec.correlated ?? []) {
    joint[hostAt(a) * hosts.length + hostAt(b)] = joint[hostAt(b) * hosts.length + hostAt(a)] = probability;
  }
  const known = spec.interference ?? {};
  const rank = Math.max(0, ...Object.values(known).map(({ causes }) => causes.length));
  const vectors = (key: "suffers" | "causes") =>
    Float32Array.from(vms.flatMap(({ name }) => Array.from({ length: rank }, (_, r) => known[name]?.[key][r] ?? 0)));
  const edges = (spec.traffic ?? []).filter(([a, b]) => vmAt(a) >= 0 && vmAt(b) >= 0);
  const service = (profiles: Record<string, ServedSpec> | undefined) =>
    profiles && {
      model: "by hand",
      subjects: Object.keys(profiles),
      profileOf: Int32Array.from(vms, ({ name }) => Object.values(profiles).findIndex((of) => of.vms.includes(name))),
      performance: Float64Array.from(
        Object.values(profiles).flatMap(({ on }) => hosts.map(({ name }) => on[name] ?? 1)),
      ),
    };
  return {
    hostPreference: service(spec.served?.hostPreference),
    classAffinity: service(spec.served?.classAffinity),
    correlation: spec.correlated ? { model: "by hand", joint } : null,
    interference: rank > 0 ? { model: "by hand", rank, suffers: vectors("suffers"), causes: vectors("causes") } : null,
    traffic: spec.traffic
      ? {
          from: Int32Array.from(edges, ([a, b]) => Math.min(vmAt(a), vmAt(b))),
          to: Int32Array.from(edges, ([a, b]) => Math.max(vmAt(a), vmAt(b))),
          kilobytesPerSecond: Float64Array.from(edges, ([, , rate]) => rate),
        }
      : null,
  };
}

/** The world as it is after the plan was carried out. */
export function carryOut(snapshot: Snapshot, moves: readonly { id: string; toHostId: string }[]): Snapshot {
  const target = new Map(moves.map((move) => [move.id, move.toHostId]));
  const virtualMachines = snapshot.virtualMachines.map((vm) => ({ ...vm, host: target.get(vm.id) ?? vm.host }));
  return { ...snapshot, virtualMachines };
}
