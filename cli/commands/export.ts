import type { Snapshot } from "../../engine/snapshot";
import type { CliCommand, Context } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { lazy } from "../lazy";
import { addInventoryOptions, type WorldFlags } from "../options";
import { readSnapshot } from "../world";

interface ExportFlags extends WorldFlags {
  readonly fromRvtools?: string;
}

/** Inventory to a file, so that plans can be made and tried without the vCenter. */
export const exportCommand: CliCommand<ExportFlags> = {
  name: "export",
  summary: "write the inventory of a vCenter, or of an RVTools export, to a file",
  examples: [
    "vsphere-affinity export --vcenter vc.example.com inventory.json",
    "vsphere-affinity export --from-rvtools RVTools_export_all inventory.json",
  ],
  configure(command) {
    command.argument("<file>", "file to write (JSON)");
    addInventoryOptions(command);
    command.option("--from-rvtools <folder>", "CSV files as RVTools writes them (vInfo, vHost, vCluster)");
  },
  async run(context, flags, [file]) {
    const snapshot = await read(context, flags);
    await lazy.snapshotFile().writeInventory(snapshot, file);
    const counts = {
      clusters: snapshot.clusters.length,
      hosts: snapshot.hosts.length,
      virtualMachines: snapshot.virtualMachines.length,
    };
    context.output.result(
      { file, source: snapshot.source.name, takenAt: snapshot.takenAt, ...counts },
      () =>
        `${file}: ${count(counts.clusters, "cluster")}, ${count(counts.hosts, "host")}, ${count(counts.virtualMachines, "virtual machine")} of ${snapshot.source.name}`,
    );
    return ExitCode.clean;
  },
};

async function read(context: Context, flags: ExportFlags): Promise<Snapshot> {
  if (flags.fromRvtools === undefined) return readSnapshot(context, loadSettings(flags, context.environment));
  const { readRvtools, NOT_IN_EXPORT } = lazy.rvtools();
  const snapshot = await readRvtools(flags.fromRvtools, flags.vcenter);
  context.output.note(`note: of an RVTools export: ${NOT_IN_EXPORT}`);
  return snapshot;
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
