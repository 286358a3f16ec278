import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeInventory } from "../engine/snapshot";
import { bitbrains, clusterOf, planetlab } from "./real/data";
import { dataFolder } from "./support/data";

/**
 * The main job on real traces: the 50 VMware VMs of Bitbrains (30 days) and the VMs of one PlanetLab day, as one
 * cluster of alike hosts on which none of them runs yet, through `import` and a real `pulumi up`. The figures are the
 * seconds of each step, what the plan says, and what the data lack.
 */
const CLI = resolve(__dirname, "../cli/main.js");

interface QuickstartResult {
  steps: { step: string; seconds: number }[];
  plan: {
    digest: string;
    telemetry: { coverage: number };
    virtualMachines: { vm: string; host: string; risk: number; action: string; reasons: { text: string }[] }[];
    hosts: { name: string; vms: { after: number }; peakCpu: { after: number | null } }[];
    lacking: { what: string; subjects: string[]; fallback: string }[];
  };
}

function cli(...args: string[]): Promise<string> {
  return new Promise((resolveRun, reject) => {
    execFile(process.execPath, [CLI, ...args], { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error && error.code !== 2) reject(new Error(`${args[0]}: ${stderr}`));
      else resolveRun(stdout);
    });
  });
}

export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: { day: { type: "string", default: "20110303" }, hosts: { type: "string", default: "40" } },
  });
  const data = await dataFolder();
  if (data === null) return { skipped: "the public data is absent: set AFFINITY_DATA to its folder" };
  const work = await mkdtemp(join(tmpdir(), "real-"));
  const seconds: Record<string, number> = {};
  const timed = async <T>(step: string, action: () => Promise<T>): Promise<T> => {
    process.stderr.write(`${step} ...\n`);
    const from = performance.now();
    const result = await action();
    seconds[step] = Math.round(performance.now() - from) / 1000;
    return result;
  };
  try {
    const traces = await bitbrains(data);
    const nodes = await planetlab(data, values.day, traces.last, work);
    const machines = [...traces.machines, ...nodes];
    const [inventory, telemetry] = [join(work, "inventory.json"), join(work, "telemetry.duckdb")];
    const snapshot = clusterOf(machines, Number(values.hosts), new Date(traces.last * 1000).toISOString());
    await writeInventory(snapshot, inventory);
    const parquet = ["--map", "time=timestamp", "--map", "id=id", "--map", "vmCpuMhz=cpu_usage"];
    const csv = ["--map", "time=time", "--map", "id=vm", "--map", "vmCpuMhz=cpu"];
    const import_ = (source: string, map: string[]) =>
      cli("import", source, telemetry, "--vcenter", "traces", ...map, "--json");
    const imported = [
      await timed("import Bitbrains", () => import_(traces.trace, parquet)),
      await timed("import PlanetLab", () => import_(join(work, "planetlab.csv"), csv)),
    ].map((report) => JSON.parse(report) as unknown);
    const again = JSON.parse(
      await timed("import PlanetLab again", () => import_(join(work, "planetlab.csv"), csv)),
    ) as unknown;
    const files = ["--inventory", inventory, "--telemetry", telemetry, "--folder", join(work, "quickstart")];
    const { plan, steps } = JSON.parse(
      await timed("npm start", () => cli("quickstart", ...files, "--json")),
    ) as QuickstartResult;
    const placed = plan.virtualMachines.filter((vm) => vm.action === "place");
    const busiest = (name: RegExp) => placed.filter((vm) => name.test(vm.vm)).sort((a, b) => b.risk - a.risk)[0];
    return {
      day: values.day,
      hosts: plan.hosts.length,
      vms: machines.length,
      placed: placed.length,
      hostsUsed: plan.hosts.filter((host) => host.vms.after > 0).length,
      peakCpu: Math.max(...plan.hosts.map((host) => host.peakCpu.after ?? 0)),
      coverage: plan.telemetry.coverage,
      lacking: plan.lacking.map(({ what, subjects, fallback }) => ({ what, subjects: subjects.length, fallback })),
      reasons: [busiest(/^bitbrains/), busiest(/^planetlab/), placed.find((vm) => vm.vm === "db-1")].map((vm) => ({
        vm: vm?.vm,
        host: vm?.host,
        risk: vm?.risk,
        why: vm?.reasons.map((reason) => reason.text),
      })),
      imported,
      again,
      seconds,
      steps,
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
