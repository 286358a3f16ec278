import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Snapshot, parseSnapshot } from "../../engine/snapshot";
import { writeInventory } from "../../engine/snapshot/file";
import { TelemetryWriter } from "../../engine/telemetry/writer";
import { temporaryFolder } from "../testbed";

const VCENTER = "vc.example.com";
const HOUR = 3600;
const HISTORY_HOURS = 14 * 24;
/** 2026-03-02T00:00:00Z, the hour after the newest sample. */
export const END = 1_772_409_600;

export interface SmallCluster {
  readonly folder: string;
  readonly snapshot: Snapshot;
}

/**
 * A cluster of 4 hosts and 8 VMs, two per host and evenly loaded, as `inventory.json`, with two weeks of hourly
 * telemetry as `telemetry.duckdb`, in a temporary folder. `silent` VMs have no sample.
 */
export async function smallCluster({
  silent = 0,
  hostName = (i: number) => `esx-${i + 1}`,
} = {}): Promise<SmallCluster> {
  const folder = await temporaryFolder();
  await mkdir(folder, { recursive: true });
  const snapshot = parseSnapshot(
    {
      schemaVersion: 1,
      source: { kind: "vcenter", name: VCENTER },
      takenAt: "2026-03-02T00:00:00Z",
      clusters: [
        {
          id: "domain-c1",
          name: "production",
          drs: { enabled: true, automation: "manual" },
          ha: { enabled: false, admissionControl: { policy: "none" } },
        },
      ],
      hosts: Array.from({ length: 4 }, (_, i) => ({
        id: `host-${i + 1}`,
        name: hostName(i),
        cluster: "domain-c1",
        connection: "connected",
        power: "poweredOn",
        maintenance: false,
        cpuMhz: 32_000,
        cores: 16,
        threads: 32,
        memoryMb: 131_072,
        datastores: ["datastore-1"],
      })),
      virtualMachines: Array.from({ length: 8 }, (_, i) => ({
        id: `vm-${i + 1}`,
        name: `app-${i + 1}`,
        host: `host-${(i % 4) + 1}`,
        cluster: "domain-c1",
        power: "poweredOn",
        vcpus: 4,
        memoryMb: 16_384,
        disks: [{ datastore: "datastore-1", capacityMb: 40_960 }],
      })),
      datastores: [{ id: "datastore-1", name: "san-1", capacityMb: 4_000_000, freeMb: 2_000_000 }],
    },
    "the small cluster",
  );
  await writeInventory(snapshot, join(folder, "inventory.json"));
  const writer = await TelemetryWriter.open(join(folder, "telemetry.duckdb"));
  for (const { id, name } of snapshot.virtualMachines.slice(silent)) {
    const regular = { vcenter: VCENTER, entity: id, name, start: END - HISTORY_HOURS * HOUR, step: HOUR };
    const daily = (mean: number) =>
      Float64Array.from({ length: HISTORY_HOURS }, (_, hour) => mean * (1 + 0.3 * Math.sin((hour / 12) * Math.PI)));
    await writer.append({ ...regular, metric: "vmCpuMhz", values: daily(2000) });
    await writer.append({ ...regular, metric: "vmMemoryActiveMb", values: daily(6000) });
    await writer.append({ ...regular, metric: "vmMemoryConsumedMb", values: daily(12_000) });
  }
  await writer.close();
  return { folder, snapshot };
}

/** The flags that name its files. */
export const FILES = ["--inventory", "inventory.json", "--telemetry", "telemetry.duckdb"];
