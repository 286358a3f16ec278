import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { lazy } from "../lazy";
import { addInventoryOptions, type WorldFlags } from "../options";
import { readSnapshot } from "../world";

/** Inventory to a file, so that plans can be made and tried without the vCenter. */
export const exportCommand: CliCommand<WorldFlags> = {
  name: "export",
  summary: "write the inventory of a vCenter to a file",
  examples: ["vsphere-affinity export --vcenter vc.example.com inventory.json"],
  configure(command) {
    command.argument("<file>", "file to write (JSON)");
    addInventoryOptions(command);
  },
  async run(context, flags, [file]) {
    const snapshot = await readSnapshot(context, loadSettings(flags, context.environment));
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

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
