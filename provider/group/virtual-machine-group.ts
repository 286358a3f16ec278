import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { planConfigSchema, requestedVmSchema } from "../../engine/planner/request";
import { Placement } from "../placement/resource";
import { requireVsphere, type VsphereVirtualMachine } from "./vsphere-package";

type Loose = Readonly<Record<string, pulumi.Input<unknown>>>;

export interface VirtualMachineGroupArgs {
  /** Name or managed object id of the cluster. */
  cluster: pulumi.Input<string>;
  /** Managed object id of the cluster, for the DRS rule; only needed where `keep` asks for one. */
  computeClusterId?: pulumi.Input<string>;
  /** How many VMs there are: `NAME-1` to `NAME-count`. */
  count: number;
  vcpus: number;
  memoryMb: number;
  /** Whether the VMs must be on different hosts, on one, or neither. Default: apart. */
  keep?: "apart" | "together" | "free";
  /** A rule that can't be kept stops VMs from starting. Default: false, DRS keeps it where it can. */
  mandatory?: boolean;
  /**
   * Who moves the VMs later. `planned` (default): the plan, so `hostSystemId` follows it. `drs`: DRS, so the plan only
   * chooses where a VM begins, and later changes of `hostSystemId` are ignored.
   */
  mode?: "planned" | "drs";
  /** Further keys of each VM in the placement: criticality, like, datastore, networks, requireHostTags, and so on. */
  placement?: Omit<z.input<typeof requestedVmSchema>, "name" | "vcpus" | "memoryMb">;
  /** Plan settings over those of the stack's configuration. */
  settings?: Partial<z.input<typeof planConfigSchema>>;
  /** Arguments of every `vsphere.VirtualMachine`: resource pool, datastore, disks, networks, guest id, template. */
  virtualMachine: Loose | ((name: string, index: number) => Loose);
}

/**
 * A number of alike VMs, each on the host that one placement chose for it, with the DRS rule that keeps them so. One more
 * or one less moves none of the others: what is there is kept by the plan, and the numbers of the VMs stay theirs.
 *
 * It needs `@pulumi/vsphere` beside this package, and loads it only here.
 */
export class VirtualMachineGroup extends pulumi.ComponentResource {
  readonly placement: Placement;
  readonly virtualMachines: readonly VsphereVirtualMachine[];
  /** Names of the VMs' hosts, by VM. */
  readonly hosts: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: VirtualMachineGroupArgs, options?: pulumi.ComponentResourceOptions) {
    super("vsphere-affinity:index:VirtualMachineGroup", name, {}, options);
    const { count, vcpus, memoryMb, keep = "apart", mandatory = false, mode = "planned" } = args;
    if (!Number.isInteger(count) || count < 0) {
      throw new pulumi.RunError(
        `the group "${name}" has ${count} virtual machines: give a whole number of zero or more`,
      );
    }
    const ruled = keep !== "free" && count > 1;
    if (ruled && args.computeClusterId === undefined) {
      throw new pulumi.RunError(`the group "${name}" needs computeClusterId for its DRS rule, or keep: "free"`);
    }
    const vsphere = requireVsphere();
    const names = Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
    const parent = { parent: this };
    this.placement = new Placement(
      name,
      {
        cluster: args.cluster,
        virtualMachines: names.map((vm) => ({ ...args.placement, name: vm, vcpus, memoryMb })),
        groups: ruled ? [{ name, kind: keep, members: names, mandatory }] : [],
        ...(args.settings && { settings: args.settings }),
      },
      parent,
    );
    this.virtualMachines = names.map((vm, index) => {
      const own = typeof args.virtualMachine === "function" ? args.virtualMachine(vm, index) : args.virtualMachine;
      const size = { name: vm, numCpus: vcpus, memory: memoryMb, hostSystemId: this.placement.hostId(vm) };
      return new vsphere.VirtualMachine(
        vm,
        { ...own, ...size },
        { ...parent, ...(mode === "drs" && { ignoreChanges: ["hostSystemId"] }) },
      );
    });
    if (ruled) {
      const Rule = keep === "apart" ? vsphere.ComputeClusterVmAntiAffinityRule : vsphere.ComputeClusterVmAffinityRule;
      const virtualMachineIds = this.virtualMachines.map(({ id }) => id);
      new Rule(name, { name, computeClusterId: args.computeClusterId, virtualMachineIds, mandatory }, parent);
    }
    const hostNames = names.map((vm) => this.placement.hostName(vm));
    this.hosts = pulumi.all(hostNames).apply((list) => Object.fromEntries(list.map((host, i) => [names[i], host])));
    this.registerOutputs({ hosts: this.hosts });
  }
}
