import type { Assessment } from "../../engine/models/assessment";
import { type PlanRequest, planRequestSchema } from "../../engine/planner";
import { createRandom } from "../../engine/random";
import { parseSnapshot, type Snapshot } from "../../engine/snapshot";

export interface ProxlbCluster {
  readonly snapshot: Snapshot;
  readonly request: PlanRequest;
  readonly assessment: Assessment;
}

const AS_OF = Date.UTC(2026, 0, 12, 8) / 1000;
const SLOTS = 24;
const MHZ_PER_CORE = 2600;
const HOST_CORES = [32, 48, 64];
/** vCPUs, GB, and how common. */
const SIZES = [
  { vcpus: 1, memoryGb: 2, share: 0.25 },
  { vcpus: 2, memoryGb: 4, share: 0.3 },
  { vcpus: 4, memoryGb: 16, share: 0.25 },
  { vcpus: 8, memoryGb: 32, share: 0.15 },
  { vcpus: 16, memoryGb: 64, share: 0.05 },
];

/**
 * A cluster as ProxLB's users describe theirs: guests where they happened to be started, tags that want them together
 * (plb_affinity), apart (plb_anti_affinity), on certain nodes (plb_pin) or left alone (plb_ignore), and nodes in maintenance.
 * The same seed gives the same cluster. Every group can be met: none has more members than nodes, no VM is in two.
 */
export function proxlbCluster(seed: number, nodes: number, vms: number): ProxlbCluster {
  const random = createRandom(seed, "proxlb", nodes, vms);
  const hosts = Array.from({ length: nodes }, (_, h) => {
    const cores = random.pick(HOST_CORES);
    return {
      id: `node-${h + 1}`,
      name: `node-${h + 1}`,
      cluster: "cluster",
      connection: "connected",
      power: "poweredOn",
      maintenance: h < Math.max(1, Math.round(nodes / 20)),
      cpuMhz: cores * MHZ_PER_CORE,
      cores,
      threads: 2 * cores,
      memoryMb: cores * 8 * 1024,
    };
  });
  const free = hosts.map(({ memoryMb }) => memoryMb * 0.95);
  const machines = Array.from({ length: vms }, (_, v) => {
    let draw = random.uniform();
    const size = SIZES.find(({ share }) => (draw -= share) < 0) ?? SIZES[0];
    // Two draws, the lower of both more often: some nodes are much fuller than others.
    let host = Math.min(random.integer(nodes), random.integer(nodes));
    while (free[host] < size.memoryGb * 1024) host = random.integer(nodes);
    free[host] -= size.memoryGb * 1024;
    return { id: `vm-${v + 1}`, host, ...size, use: 0.05 + 0.5 * random.uniform(), phase: random.integer(SLOTS) };
  });
  const loose = random.shuffle(machines.filter(({ host }) => !hosts[host].maintenance));
  const draw = (count: number) => loose.splice(0, count).map(({ id }) => id);
  const ignored = new Set(draw(Math.round(vms / 30)));
  const rules: unknown[] = [];
  const rule = (kind: string, name: string, rest: object) =>
    rules.push({ kind, key: rules.length + 1, name, enabled: true, mandatory: true, ...rest });
  const groups = Math.round(vms / 20);
  for (let g = 0; g < groups; g++) {
    rule("vmAntiAffinity", `apart-${g}`, { virtualMachines: draw(2 + random.integer(Math.min(4, nodes - 3))) });
  }
  for (let g = 0; g < groups / 2; g++)
    rule("vmAffinity", `together-${g}`, { virtualMachines: draw(2 + random.integer(2)) });
  const open = hosts.filter(({ maintenance }) => !maintenance).map(({ id }) => id);
  const vmGroups: unknown[] = [];
  const hostGroups: unknown[] = [];
  for (let g = 0; g < groups / 2; g++) {
    vmGroups.push({ name: `pinned-${g}`, members: draw(1) });
    hostGroups.push({ name: `nodes-${g}`, members: random.shuffle(open).slice(0, 3) });
    rule("vmHostAffinity", `pin-${g}`, { vmGroup: `pinned-${g}`, hostGroup: `nodes-${g}` });
  }
  const snapshot = parseSnapshot(
    {
      schemaVersion: 1,
      source: { kind: "synthetic", name: "proxlb" },
      takenAt: "2026-01-12T08:00:00Z",
      clusters: [
        {
          id: "cluster",
          name: "cluster",
          drs: { enabled: true, automation: "manual" },
          ha: { enabled: false, admissionControl: { policy: "none" } },
          rules,
          vmGroups,
          hostGroups,
        },
      ],
      hosts,
      virtualMachines: machines.map(({ id, host, vcpus, memoryGb }) => ({
        id,
        name: id,
        host: hosts[host].id,
        cluster: "cluster",
        power: "poweredOn",
        vcpus,
        memoryMb: memoryGb * 1024,
        ...(ignored.has(id) ? { managedBy: "ignored by tag" } : {}),
      })),
    },
    "the generated cluster",
  );
  const series = (value: (vm: (typeof machines)[number], slot: number) => number) =>
    Float64Array.from(machines.flatMap((vm) => Array.from({ length: SLOTS }, (_, slot) => value(vm, slot))));
  const daily = (slot: number, phase: number) => 1 + 0.5 * Math.sin((2 * Math.PI * (slot + phase)) / SLOTS);
  return {
    snapshot,
    request: planRequestSchema.parse({
      cluster: "cluster",
      asOf: AS_OF,
      include: "all",
      config: { seed, maxMoves: vms },
    }),
    assessment: {
      horizon: { start: AS_OF, step: 3600, length: SLOTS },
      virtualMachines: {
        ids: machines.map(({ id }) => id),
        cpuMhz: {
          mean: series(({ vcpus, use, phase }, slot) => vcpus * MHZ_PER_CORE * use * daily(slot, phase)),
          variance: series(({ vcpus, use }) => (vcpus * MHZ_PER_CORE * use * 0.2) ** 2),
        },
        memoryMb: { mean: series(({ memoryGb }) => memoryGb * 1024), variance: series(() => 0) },
        basis: machines.map(() => "configured" as const),
        coverage: new Float64Array(vms),
      },
      hosts: {
        ids: hosts.map(({ id }) => id),
        failureProbability: new Float64Array(nodes).fill(0.001),
        evidence: hosts.map(() => ""),
      },
      lacking: [],
    },
  };
}
