import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Host, parseSnapshot, type Snapshot, type VirtualMachine } from "../../engine/snapshot";

interface Machine {
  /** As the trace has it, and so the telemetry. */
  id: string;
  name: string;
  vcpus: number;
  /** Null where the trace does not say. */
  memoryMb: number | null;
}

/** A PlanetLab VM's share of one core of this many MHz: the traces give percent, and no clock. */
const PLANETLAB_MHZ = 2600;
const SLOT = 300;

/** The 50 VMware VMs of the Bitbrains trace. Their `mem_capacity` is in KB, as in the original GWA-T-12 files. */
export async function bitbrains(folder: string): Promise<{ machines: Machine[]; trace: string; last: number }> {
  const trace = join(folder, "bitbrains-small/v1/trace.parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects();
  const meta = await rows(
    `SELECT id, cpu_count, mem_capacity FROM read_parquet('${join(folder, "bitbrains-small/v1/meta.parquet")}') ORDER BY id`,
  );
  const [{ last }] = await rows(`SELECT epoch(max(timestamp)) AS last FROM read_parquet('${trace}')`);
  connection.closeSync();
  instance.closeSync();
  const machines = meta.map((row) => ({
    id: String(row.id),
    name: `bitbrains-${String(row.id)}`,
    vcpus: Number(row.cpu_count),
    memoryMb: Math.ceil(Number(row.mem_capacity) / 1024),
  }));
  return { machines, trace, last: Number(last) };
}

/**
 * One PlanetLab day as CSV (time, vm, cpu in MHz). The day is moved so that its last sample falls on `last`: the two
 * traces were taken years apart, and a cluster has one clock.
 */
export async function planetlab(folder: string, day: string, last: number, out: string): Promise<Machine[]> {
  await mkdir(out, { recursive: true });
  await promisify(execFile)("tar", ["-xJf", join(folder, "planetlab", `${day}.tar.xz`), "-C", out]);
  const names = (await readdir(join(out, day))).sort();
  const end = Math.floor(last / SLOT) * SLOT;
  const lines = ["time,vm,cpu"];
  for (const name of names) {
    const samples = (await readFile(join(out, day, name), "utf8")).trim().split(/\s+/);
    samples.forEach((sample, index) => {
      const time = end - (samples.length - 1 - index) * SLOT;
      lines.push(`${time},${name},${(Number(sample) / 100) * PLANETLAB_MHZ}`);
    });
  }
  await writeFile(join(out, "planetlab.csv"), `${lines.join("\n")}\n`);
  return names.map((id) => ({ id, name: id, vcpus: 1, memoryMb: null }));
}

/** A cluster of alike hosts with these VMs, none of which has a host yet. */
export function clusterOf(machines: readonly Machine[], hosts: number, takenAt: string): Snapshot {
  const host = (index: number): Partial<Host> & { id: string } => ({
    id: `host-${index + 1}`,
    name: `esx-${String(index + 1).padStart(2, "0")}`,
    cluster: "domain-c1",
    connection: "connected",
    power: "poweredOn",
    maintenance: false,
    cpuMhz: 16 * 2600,
    cores: 16,
    threads: 32,
    memoryMb: 256 * 1024,
  });
  const vm = ({ id, name, vcpus, memoryMb }: Machine): Partial<VirtualMachine> & { id: string } => ({
    id,
    name,
    host: null,
    cluster: "domain-c1",
    power: "poweredOn",
    vcpus,
    memoryMb,
  });
  return parseSnapshot(
    {
      schemaVersion: 1,
      source: { kind: "file", name: "traces" },
      takenAt,
      clusters: [
        {
          id: "domain-c1",
          name: "traces",
          drs: { enabled: true, automation: "manual" },
          ha: { enabled: true, admissionControl: { policy: "hostFailures", hosts: 1 } },
        },
      ],
      hosts: Array.from({ length: hosts }, (_, index) => host(index)),
      virtualMachines: machines.map(vm),
    },
    "the cluster made of the traces",
  );
}
