import { AffinityError } from "../errors";
import type { Snapshot, VirtualMachine } from "../snapshot/schema";
import { type HostHardware, makeHosts } from "./hardware";
import { type Machine, makeMachines } from "./machines";
import { type SyntheticOptions, checkOptions, timeAxis } from "./options";
import { placeMachines } from "./placement";
import { type ClusterRules, makeRules } from "./rules";
import { SyntheticTelemetry } from "./telemetry";
import type { TierName } from "./tiers";
import type { SyntheticWorld } from "./world";

const CLUSTER = "domain-c8";
const POOL = "resgroup-9";
const DISKS_PER_DATASTORE = 60;
const GOLD = "datastore-30";
const NETWORKS = ["vlan-web", "vlan-app", "vlan-db", "vlan-storage", "management"];
const NETWORK_OF_TIER = { web: 0, app: 1, db: 2, cache: 1, batch: 1, idle: 0 };

export interface SyntheticCluster {
  readonly snapshot: Snapshot;
  readonly telemetry: SyntheticTelemetry;
}

/**
 * A believable cluster: the inventory as it stands at `end`, and telemetry of the days before, made as it is read.
 * The same options give the same cluster, whatever machine makes it. All mandatory rules, host capacity and admission
 * control hold at `end`; some hosts are hot at their peak, one may be about to fail.
 * @throws AffinityError SYNTHETIC_INVALID
 */
export function syntheticCluster(input: SyntheticOptions): SyntheticCluster {
  const options = checkOptions(input);
  const axis = timeAxis(options);
  const machines = makeMachines(options, axis);
  const hosts = makeHosts(options, axis, machines);
  const rules = makeRules(machines, hosts);
  const gpu = hosts.some((host) => host.hasGpu) ? (machines.find(isGpuUser) ?? null) : null;
  const hostOf = place(options.seed, machines, hosts, rules, gpu);
  const world: SyntheticWorld = { options, axis, hosts, machines, hostOf };
  return { snapshot: snapshotOf(world, rules, gpu), telemetry: new SyntheticTelemetry(world) };
}

const isGpuUser = ({ tier, power }: Machine) => tier.name === "batch" && power === "poweredOn";

function place(
  seed: number,
  machines: readonly Machine[],
  hosts: readonly HostHardware[],
  rules: ClusterRules,
  gpu: Machine | null,
): number[] {
  try {
    return placeMachines(seed, machines, hosts, rules, gpu);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const message = `${machines.length} virtual machines can't be spread over ${hosts.length} hosts`;
    throw new AffinityError({ code: "SYNTHETIC_INVALID", message, hint: "ask for more hosts or another seed", cause });
  }
}

const deviceId = (host: HostHardware) => `0000:${(0x3b + host.index).toString(16)}:00.0`;

function snapshotOf(world: SyntheticWorld, rules: ClusterRules, gpu: Machine | null): Snapshot {
  const { options, hosts, machines } = world;
  const shared = Math.max(2, Math.ceil(machines.length / DISKS_PER_DATASTORE));
  const datastoreOf = (machine: Machine) =>
    rules.licensed.has(machine) ? GOLD : `datastore-${31 + (machine.index % shared)}`;
  const used = new Map<string, number>();
  for (const machine of machines) {
    const id = datastoreOf(machine);
    used.set(id, (used.get(id) ?? 0) + machine.tier.diskMb);
  }
  const datastores = [GOLD, ...Array.from({ length: shared }, (_, i) => `datastore-${31 + i}`)].map((id, i) => {
    // Sold in terabytes, and filled to about two thirds.
    const capacityMb = 1_048_576 * Math.max(4, Math.ceil((used.get(id) ?? 0) / 0.65 / 1_048_576));
    const name = i === 0 ? "gold" : `shared-${String(i).padStart(2, "0")}`;
    const tags = [{ category: "storage", name: i === 0 ? "gold" : "silver" }];
    return { id, name, kind: "VMFS", capacityMb, freeMb: capacityMb - (used.get(id) ?? 0), ...known, tags };
  });
  const networks = NETWORKS.map((name, i) => ({ id: `network-${41 + i}`, name, tags: [], attributes: {} }));
  const sharedIds = datastores.slice(1).map(({ id }) => id);
  return {
    schemaVersion: 1,
    source: { kind: "synthetic", name: options.vcenter },
    takenAt: new Date(options.end * 1000).toISOString(),
    clusters: [
      {
        id: CLUSTER,
        name: options.cluster,
        datacenter: "datacenter-1",
        drs: { enabled: true, automation: "partiallyAutomated" },
        ha: { enabled: true, admissionControl: { policy: "hostFailures", hosts: 1 } },
        evcMode: "intel-skylake",
        resourcePool: POOL,
        rules: rules.rules,
        vmGroups: rules.vmGroups,
        hostGroups: rules.hostGroups,
        tags: [],
        attributes: {},
      },
    ],
    hosts: hosts.map((host) => ({
      id: host.id,
      name: host.name,
      cluster: CLUSTER,
      connection: "connected",
      power: "poweredOn",
      maintenance: host.maintenance,
      quarantine: false,
      cpuMhz: host.cpuMhz,
      cores: host.cores,
      threads: 2 * host.cores,
      memoryMb: host.memoryMb,
      cpuGeneration: host.cpuGeneration,
      vendor: "Dell Inc.",
      model: host.model,
      datastores: host.licensed ? [GOLD, ...sharedIds] : sharedIds,
      networks: networks.map(({ id }) => id),
      devices: host.hasGpu ? [{ id: deviceId(host), name: "NVIDIA A2" }] : [],
      tags: [
        { category: "zone", name: host.zone },
        { category: "rack", name: host.rack },
      ],
      attributes: {},
    })),
    virtualMachines: machines.map((machine) => ({
      ...virtualMachineOf(machine),
      host: hosts[world.hostOf[machine.index]].id,
      disks: [{ datastore: datastoreOf(machine), capacityMb: machine.tier.diskMb }],
      networks: [networks[NETWORK_OF_TIER[machine.tier.name]].id],
      devices:
        machine === gpu ? [{ kind: "passthrough" as const, device: deviceId(hosts[world.hostOf[machine.index]]) }] : [],
    })),
    resourcePools: [
      {
        ...{ id: POOL, name: "Resources", cluster: CLUSTER, parent: null },
        ...{ cpuReservationMhz: 0, memoryReservationMb: 0, cpuLimitMhz: null, memoryLimitMb: null },
      },
    ],
    datastores,
    networks,
  };
}

const known = { accessible: true, maintenance: false, attributes: {} };

/** What losing a VM of the tier means; the rest is normal, and untagged as most VMs are. */
const CRITICALITY: Partial<Record<TierName, string>> = { db: "critical", web: "high", batch: "low", idle: "low" };

function virtualMachineOf(machine: Machine): Omit<VirtualMachine, "host" | "disks" | "networks" | "devices"> {
  const database = machine.tier.name === "db";
  const criticality = CRITICALITY[machine.tier.name];
  const hex = machine.index.toString(16).padStart(12, "0");
  return {
    id: machine.id,
    uuid: `50000000-0000-4000-8000-${hex}`,
    name: machine.name,
    cluster: CLUSTER,
    resourcePool: POOL,
    power: machine.power,
    template: machine.template,
    vcpus: machine.vcpus,
    memoryMb: machine.memoryMb,
    // Databases have half their memory promised and, every other one, a core.
    cpuReservationMhz: database && machine.index % 2 === 0 ? 2400 : 0,
    memoryReservationMb: database ? machine.memoryMb / 2 : 0,
    cpuLimitMhz: null,
    memoryLimitMb: null,
    requiredCpuGeneration: machine.power === "poweredOn" ? "intel-skylake" : null,
    faultTolerant: false,
    drsAutomation: "default",
    tags: [
      { category: "tier", name: machine.tier.name },
      { category: "application", name: machine.application.name },
      ...(criticality ? [{ category: "criticality", name: criticality }] : []),
    ],
    attributes: {},
  };
}
