import { createRandom } from "../random";
import type { Machine } from "./machines";
import type { CheckedOptions, TimeAxis } from "./options";
import type { Tier } from "./tiers";

const HOUR = 3600;

/** A host, and what its telemetry is drawn from. */
export interface HostHardware {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly cores: number;
  readonly mhzPerCore: number;
  readonly cpuMhz: number;
  readonly memoryMb: number;
  readonly cpuGeneration: string;
  readonly model: string;
  readonly zone: string;
  readonly rack: string;
  readonly maintenance: boolean;
  /** May run licensed databases, and reaches their datastore. */
  readonly licensed: boolean;
  readonly hasGpu: boolean;
  /** Median disk latency when healthy, ms. */
  readonly latencyMs: number;
  /** Epoch seconds at which it came up before the telemetry begins. */
  readonly bootedAt: number;
  readonly fault: Fault | null;
  /** Epoch seconds of a restart for patching, emptied before; null if there was none. */
  readonly patchedAt: number | null;
}

/** A decline that ends in a crash. Epoch seconds; a crash after the end of the telemetry is still to come. */
export interface Fault {
  readonly declineFrom: number;
  readonly crashAt: number;
  readonly upAgainAt: number;
}

const CORE_SIZES = [8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 192, 256];
const MEMORY_SIZES_GB = [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144];
/** Average use that the cluster was bought for, vCPUs per core, and memory that may be promised after one host's loss. */
const CPU_SHARE = 0.42;
const VCPUS_PER_CORE = 4.5;
const MEMORY_SHARE = 0.78;
/** The load of the average hour against a tier's level: jobs run part of the day. */
const AVERAGE_LOAD = { batch: 0.12, other: 1 };

const NEW = { mhzPerCore: 2600, cpuGeneration: "intel-icelake", model: "PowerEdge R750" };
const OLD = { mhzPerCore: 2400, cpuGeneration: "intel-cascadelake", model: "PowerEdge R740" };

/** Standard sizes, the smallest that carry these machines with one host down and one in maintenance. */
export function makeHosts(options: CheckedOptions, axis: TimeAxis, machines: readonly Machine[]): HostHardware[] {
  const { hosts } = options;
  const random = createRandom(options.seed, "hosts");
  const maintenance = hosts >= 8 ? hosts - 1 : -1;
  const size = sizeFor(machines, maintenance < 0 ? hosts : hosts - 1);
  const faults = makeFaults(options, axis);
  const racks = Math.max(2, Math.ceil(hosts / 16)) * 2;
  const end = axis.start + axis.slots * axis.step;
  return Array.from({ length: hosts }, (_, index) => {
    const kind = index % 4 === 3 ? OLD : NEW;
    const rack = index % racks;
    return {
      index,
      id: `host-${1001 + index}`,
      name: `esx-${String(index + 1).padStart(2, "0")}.example.com`,
      ...kind,
      ...size,
      cpuMhz: size.cores * kind.mhzPerCore,
      zone: `zone-${"ab"[rack % 2]}`,
      rack: `rack-${String(rack + 1).padStart(2, "0")}`,
      maintenance: index === maintenance,
      licensed: index % 2 === 0 || hosts < 4,
      hasGpu: hosts >= 8 && (index === 2 || index === 5),
      latencyMs: random.logNormal(0.9, 0.25),
      bootedAt: axis.start - Math.floor((8 + 180 * random.uniform()) * 86_400),
      fault: faults.get(index) ?? null,
      patchedAt: index === maintenance ? end - 4 * HOUR : null,
    };
  });
}

function sizeFor(machines: readonly Machine[], usable: number): { cores: number; memoryMb: number } {
  const sum = (of: (machine: Machine) => number) => machines.reduce((total, machine) => total + of(machine), 0);
  const load = ({ name }: Tier) => (name === "batch" ? AVERAGE_LOAD.batch : AVERAGE_LOAD.other);
  const busy = sum((machine) => machine.vcpus * machine.level * load(machine.tier));
  const cores = Math.max(busy / CPU_SHARE, sum(({ vcpus }) => vcpus) / VCPUS_PER_CORE) / usable;
  const largest = machines.reduce((most, { memoryMb }) => Math.max(most, memoryMb), 0);
  const memory = Math.max(sum(({ memoryMb }) => memoryMb) / (MEMORY_SHARE * (usable - 1)), 2 * largest);
  const smallest = (sizes: readonly number[], least: number) => sizes.find((size) => size >= least) ?? Math.ceil(least);
  return {
    cores: Math.max(smallest(CORE_SIZES, cores), Math.max(...machines.map(({ vcpus }) => vcpus))),
    memoryMb: 1024 * smallest(MEMORY_SIZES_GB, memory / 1024),
  };
}

/** One host in 24 crashed in the past, and as many are on their way to it. Declines take 30 to 42 hours. */
function makeFaults({ hosts, seed, days }: CheckedOptions, axis: TimeAxis): Map<number, Fault> {
  const faults = new Map<number, Fault>();
  if (hosts < 4) return faults;
  const random = createRandom(seed, "faults");
  const end = axis.start + axis.slots * axis.step;
  const pairs = Math.max(1, Math.round(hosts / 24));
  const candidates = random.shuffle(Array.from({ length: hosts - 1 }, (_, index) => index));
  for (let pair = 0; pair < pairs; pair++) {
    const crashIn = (8 + 8 * random.uniform()) * HOUR;
    faults.set(candidates[2 * pair], faultAt(end + crashIn, crashIn + 30 * HOUR, random.uniform()));
    if (days < 6) continue;
    const crashedAt = end - (0.3 + 0.25 * random.uniform()) * days * 86_400;
    faults.set(candidates[2 * pair + 1], faultAt(crashedAt, (30 + 12 * random.uniform()) * HOUR, random.uniform()));
  }
  return faults;
}

function faultAt(crashAt: number, decline: number, draw: number): Fault {
  return {
    declineFrom: Math.floor(crashAt - decline),
    crashAt: Math.floor(crashAt),
    upAgainAt: Math.floor(crashAt + (0.4 + draw) * HOUR),
  };
}

/** How ill a host is, 0 (healthy) to 1 (about to crash), at epoch seconds `time`. */
export function severity(host: HostHardware, time: number): number {
  const { fault } = host;
  if (!fault || time < fault.declineFrom || time >= fault.crashAt) return 0;
  return ((time - fault.declineFrom) / (fault.crashAt - fault.declineFrom)) ** 2;
}

export function isDown(host: HostHardware, time: number): boolean {
  return host.fault !== null && time >= host.fault.crashAt && time < host.fault.upAgainAt;
}
