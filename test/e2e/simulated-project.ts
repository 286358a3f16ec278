import { join } from "node:path";
import type { Snapshot } from "../../engine/snapshot";
import { createVcenterActions, createVcenterInventory, type VcenterActions } from "../../provider/vsphere";
import { startVcenter, type Vcenter, type VcenterOptions } from "../testbed";
import { javascriptProject, ok, type Project } from "./project";

/** What a suite on the simulator works with. */
export interface SimulatedProject {
  readonly vcenter: Vcenter;
  readonly project: Project;
  readonly folder: string;
  /** Path of the journal's file. */
  readonly journal: string;
}

/**
 * Starts a simulator and makes a JavaScript project whose stack "one" is configured for it.
 * @param options beside those of the simulator, further configuration; `vsphere`: with @pulumi/vsphere, configured as well
 */
export async function simulatedProject(
  name: string,
  source: string,
  options: VcenterOptions & { readonly config?: Readonly<Record<string, string>>; readonly vsphere?: boolean },
): Promise<SimulatedProject> {
  const { config = {}, vsphere = false, ...simulator } = options;
  const vcenter = await startVcenter(simulator);
  try {
    const project = await javascriptProject(name, source, { vsphere });
    const { folder } = project;
    const journal = join(folder, "journal.duckdb");
    ok(await project.pulumi("stack", "init", "one"));
    const { server, user, password, certificate } = vcenter;
    await project.configure({
      ...(vsphere && {
        ...{ "vsphere:vsphereServer": server, "vsphere:user": user, "vsphere:password": password },
        "vsphere:allowUnverifiedSsl": "true",
      }),
      "vsphere-affinity:vcenter.server": server,
      "vsphere-affinity:vcenter.user": user,
      "vsphere-affinity:vcenter.password": password,
      "vsphere-affinity:vcenter.caFile": certificate,
      "vsphere-affinity:journal": journal,
      ...config,
    });
    return { vcenter, project, folder, journal };
  } catch (error) {
    await vcenter.stop();
    throw error;
  }
}

/** Asks and changes the simulator in a session of its own. */
export async function inVcenter<T>(
  { server, user, password, certificate }: Vcenter,
  work: (actions: VcenterActions, snapshot: Snapshot) => Promise<T> | T,
): Promise<T> {
  const connection = { server, user, password, insecure: false, caFile: certificate, timeoutSeconds: 30 };
  const inventory = createVcenterInventory(connection);
  try {
    return await work(createVcenterActions(inventory), await inventory.snapshot());
  } finally {
    await inventory.close();
  }
}

/** Moves all VMs of the first cluster to one host: there is something to do, wherever the simulator put them. */
export const crowd = (vcenter: Vcenter): Promise<void> =>
  inVcenter(vcenter, async (actions, { clusters: [cluster], hosts, virtualMachines }) => {
    const [host] = hosts.filter((item) => item.cluster === cluster.id);
    const elsewhere = virtualMachines.filter((vm) => vm.cluster === cluster.id && vm.host !== host.id);
    await Promise.all(elsewhere.map((vm) => actions.relocate(vm.id, host.id)));
  });
