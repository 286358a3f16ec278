import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AffinityError } from "../../engine/errors";
import type { Snapshot } from "../../engine/snapshot";
import { lazy } from "../lazy";
import { Cells } from "./cells";
import { readTab } from "./read-tab";
import { type Row, type TabName, TABS } from "./tabs";

/** What an export doesn't tell, for a person: plans rest on it. */
export const NOT_IN_EXPORT = "rules, groups, reservations, datastores and networks are not in it";

const MAX_PROBLEMS = 20;
const AUTOMATION: Readonly<Record<string, "manual" | "partiallyAutomated" | "fullyAutomated">> = {
  manual: "manual",
  partiallyautomated: "partiallyAutomated",
  fullyautomated: "fullyAutomated",
};
const POWER: Readonly<Record<string, "poweredOn" | "poweredOff" | "suspended">> = {
  poweredon: "poweredOn",
  poweredoff: "poweredOff",
  suspended: "suspended",
};

/**
 * An inventory of what RVTools wrote as CSV: vInfo and vHost, and vCluster where it is there. Ids are vCenter's where
 * the export has them, so that telemetry of the same vCenter fits. `takenAt` is when vInfo was written.
 * @param server which vCenter's rows are taken; needed only where the export has several
 * @throws AffinityError RVTOOLS_NOT_FOUND, RVTOOLS_MALFORMED, RVTOOLS_COLUMNS_MISSING, RVTOOLS_SEVERAL_VCENTERS, or
 * RVTOOLS_INVALID with each cell that says nothing sensible by tab, line and heading.
 */
export async function readRvtools(folder: string, server?: string): Promise<Snapshot> {
  const tabs: Record<TabName, Row[]> = {
    vInfo: await readTab(folder, "vInfo"),
    vHost: await readTab(folder, "vHost"),
    vCluster: await readTab(folder, "vCluster"),
  };
  const source = chooseServer(folder, tabs, server);
  const rowsOf = (tab: TabName) => tabs[tab].filter((row) => row.server === undefined || row.server === source);
  const read = { vInfo: new Cells("vInfo"), vHost: new Cells("vHost"), vCluster: new Cells("vCluster") };
  const clusters = clustersOf(rowsOf("vHost"), rowsOf("vCluster"), read.vCluster);
  const clusterIds = new Map(clusters.map(({ id, name }) => [name, id]));
  const hosts = rowsOf("vHost").map((row) => hostOf(row, clusterIds, read.vHost));
  const hostIds = new Map(hosts.map(({ id, name }) => [name, id]));
  const clusterOfHost = new Map(hosts.map(({ id, cluster }) => [id, cluster]));
  const virtualMachines = rowsOf("vInfo").map((row) => {
    const vm = machineOf(row, hostIds, read.vInfo);
    return { ...vm, cluster: (vm.host !== null && clusterOfHost.get(vm.host)) || null };
  });
  const problems = Object.values(read).flatMap((cells) => cells.problems);
  if (problems.length > 0) {
    const more = problems.length - MAX_PROBLEMS;
    throw new AffinityError({
      code: "RVTOOLS_INVALID",
      message: `the RVTools export "${folder}" has ${problems.length} cells that can't be read`,
      hint: `correct them, or export anew${more > 0 ? `; ${more} more are not shown` : ""}`,
      problems: problems.slice(0, MAX_PROBLEMS),
    });
  }
  const takenAt = (await stat(join(folder, TABS.vInfo.file))).mtime.toISOString();
  const inventory = {
    ...{ schemaVersion: 1, source: { kind: "file", name: source ?? folder }, takenAt },
    ...{ clusters, hosts, virtualMachines },
  };
  return lazy.snapshot().parseSnapshot(inventory, `the RVTools export "${folder}"`);
}

function chooseServer(folder: string, tabs: Record<TabName, Row[]>, asked: string | undefined): string | undefined {
  const servers = [...new Set(Object.values(tabs).flatMap((rows) => rows.map((row) => row.server)))].filter(
    (server): server is string => typeof server === "string",
  );
  if (asked !== undefined && (servers.length === 0 || servers.includes(asked))) return asked;
  if (asked === undefined && servers.length <= 1) return servers[0];
  throw new AffinityError({
    code: "RVTOOLS_SEVERAL_VCENTERS",
    message:
      asked === undefined
        ? `the RVTools export "${folder}" is of ${servers.length} vCenters`
        : `the RVTools export "${folder}" has no vCenter "${asked}"`,
    hint: `say which with --vcenter: ${servers.join(", ")}`,
  });
}

function clustersOf(hosts: readonly Row[], rows: readonly Row[], cells: Cells) {
  const described = new Map(rows.map((row) => [cells.name(row, "name", "Name"), row]));
  const names = new Set(hosts.flatMap((row) => (typeof row.cluster === "string" ? [row.cluster] : [])));
  return [...names].map((name) => {
    const row = described.get(name);
    const datacenter = hosts.find((host) => host.cluster === name)?.datacenter;
    const automation = row && cells.text(row, "automation")?.toLowerCase();
    const ha = row !== undefined && cells.flag(row, "ha", "HA enabled");
    const failover = row && cells.amount(row, "failover", "Failover Level");
    const admission = ha && failover && row && cells.flag(row, "admission", "AdmissionControlEnabled");
    return {
      id: String(row?.id ?? `rvtools-cluster:${name}`),
      name,
      datacenter: datacenter === undefined ? null : String(datacenter),
      drs: {
        enabled: row !== undefined && cells.flag(row, "drs", "DRS enabled"),
        automation: (automation && AUTOMATION[automation]) || "manual",
      },
      ha: {
        enabled: ha,
        admissionControl: admission ? { policy: "hostFailures", hosts: failover } : { policy: "none" },
      },
    };
  });
}

function hostOf(row: Row, clusters: ReadonlyMap<string, string>, cells: Cells) {
  const name = cells.name(row, "name", "Host");
  const cores = cells.amount(row, "cores", "# Cores");
  const mhz = cells.amount(row, "mhzPerCore", "Speed");
  const hyperThreading = cells.flag(row, "hyperThreading", "HT Active");
  return {
    id: String(row.id ?? `rvtools-host:${name}`),
    name,
    cluster: (typeof row.cluster === "string" && clusters.get(row.cluster)) || null,
    // A host that RVTools could ask; one that it couldn't has no cores and no memory in the export.
    connection: cores === null ? "notResponding" : "connected",
    power: cores === null ? "unknown" : "poweredOn",
    maintenance: cells.flag(row, "maintenance", "in Maintenance Mode"),
    quarantine: cells.flag(row, "quarantine", "in Quarantine Mode"),
    cpuMhz: cores !== null && mhz !== null ? cores * mhz : null,
    cores,
    threads: cores !== null ? cores * (hyperThreading ? 2 : 1) : null,
    memoryMb: cells.amount(row, "memoryMb", "# Memory"),
    cpuGeneration: cells.text(row, "maxEvc"),
    vendor: cells.text(row, "vendor"),
    model: cells.text(row, "model"),
  };
}

function machineOf(row: Row, hosts: ReadonlyMap<string, string>, cells: Cells) {
  const name = cells.name(row, "name", "VM");
  const state = cells.name(row, "power", "Powerstate");
  const power = POWER[state.toLowerCase()];
  if (power === undefined && state) cells.problem(row, "Powerstate", `"${state}" is no power state`);
  const hostName = cells.text(row, "host");
  const host = hostName === null ? null : (hosts.get(hostName) ?? null);
  if (hostName !== null && host === null) cells.problem(row, "Host", `"${hostName}" is not in vHost`);
  const faultTolerance = cells.text(row, "faultTolerance")?.toLowerCase();
  return {
    id: String(row.id ?? `rvtools-vm:${cells.text(row, "uuid") ?? name}`),
    uuid: cells.text(row, "uuid"),
    name,
    host,
    power: power ?? "poweredOff",
    template: cells.flag(row, "template", "Template"),
    vcpus: cells.amount(row, "vcpus", "CPUs"),
    memoryMb: cells.amount(row, "memoryMb", "Memory"),
    requiredCpuGeneration: cells.text(row, "requiredEvc"),
    faultTolerant: faultTolerance !== undefined && faultTolerance !== "notconfigured",
  };
}
