import type { WorkloadAffinityFile } from "../../engine/models/training";
import type { HostService } from "../../engine/models/relations";
import { classAffinities, WORKLOAD_CLASSES } from "../../engine/models/workload";
import type { Plan } from "../../engine/planner/plan";
import type { ReadyHosts } from "../../cli/report/ready-hosts";

/** Made-up scores of every class on every host of a plan. */
export function someWorkloads({ hosts, virtualMachines, asOf }: Plan): WorkloadAffinityFile {
  const observed = hosts.flatMap(({ id }, h) =>
    WORKLOAD_CLASSES.map((name, c) => ({
      ...{ host: id, class: name, at: asOf - 3600, weight: 200 },
      performance: 0.5 + ((h * 7 + c * 3) % 11) / 25,
    })),
  );
  return {
    ...{ model: "workload/affinity", version: 1, trainedUntil: asOf, samples: observed.length, skill: null },
    virtualMachines: Object.fromEntries(
      virtualMachines.flatMap(({ id }, i) =>
        id === null ? [] : [[id, { class: WORKLOAD_CLASSES[i % 5], certainty: 0.5 }]],
      ),
    ),
    profiles: classAffinities(
      hosts.map(({ id }) => id),
      observed,
      asOf,
    ),
  };
}

/** Every third VM serves one of two applications. */
export function someService(virtualMachines: number, hosts: number): HostService {
  return {
    ...{ model: "profile/preferences", subjects: ["backup", "anna|shop"] },
    profileOf: Int32Array.from({ length: virtualMachines }, (_, i) => (i % 3 ? -1 : i % 2)),
    performance: Float64Array.from({ length: 2 * hosts }, (_, i) => 0.8 + ((i * 5) % 7) / 10),
  };
}

/** A preparation that did well, one that has done nothing, and a group at risk. */
export function someReady({ hosts, virtualMachines, source, cluster, asOf }: Plan): ReadyHosts {
  const [first, second] = hosts;
  const of = {
    source,
    clusterId: cluster.id,
    pool: "affinity shop prod nightly",
    model: "profile/requests-by-application",
  };
  const until = new Date((asOf + 300) * 1000).toISOString();
  return {
    preparations: [
      {
        owner: "shop/prod/nightly",
        planned: {
          ...{ ...of, since: new Date(asOf * 1000).toISOString(), until, probability: 0.83 },
          evidence: "backup asks at this hour of most days",
          prepared: {
            hosts: [first, second].map(({ name, id }) => ({ host: name, hostId: id, score: 0.6, datastoreId: null })),
            ...{ cpuMhz: 4000, memoryMib: 16_384, datastoreGib: 50 },
          },
        },
        summary: {
          owner: "shop/prod/nightly",
          record: { requests: 40, coldStarts: 3, prepared: 45, falsePositives: 8 },
          overhead: { cpuMhzHours: 30_000, memoryMibHours: 122_880, datastoreGibHours: 375 },
        },
      },
      {
        owner: "shop/prod/weekly",
        planned: {
          ...of,
          ...{ since: null, until: null, probability: 0.01, prepared: null, evidence: "nobody asked" },
        },
        summary: null,
      },
    ],
    allocations: [
      {
        owner: "shop/prod/front",
        planned: {
          ...{
            source,
            clusterId: cluster.id,
            replicasSuggested: 4,
            lacking: [],
            evidence: "two of three share a rack",
          },
          members: virtualMachines.slice(0, 3).map(({ id, vm, host }, i) => ({
            ...{ vm, id, host, risk: 0.3 / (i + 1), atRisk: i === 0, because: `${host} is likely to fail` },
          })),
          groupRisk: { now: 0.02, then: 0.004, bound: 0.01 },
          reservations: [{ vm: virtualMachines[0].vm, hostId: second.id, host: second.name, vcpus: 2, memoryMb: 4096 }],
          redirection: null,
        },
      },
    ],
  };
}
