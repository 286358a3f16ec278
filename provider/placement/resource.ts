import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type {
  planConfigSchema,
  placementGroupSchema,
  planRequestSchema,
  requestedVmSchema,
} from "../../engine/planner/request";
import type { Drifted } from "./lifecycle";
import type { PlannedMove, PlannedPlacement, PlanSummary } from "./planned";

/** An input of which every part may be an output. */
type DeepInput<T> = pulumi.Input<
  T extends readonly (infer Item)[] ? DeepInput<Item>[] : T extends object ? { [Key in keyof T]: DeepInput<T[Key]> } : T
>;

export interface PlacementArgs {
  /** Name or managed object id of the cluster. */
  cluster: pulumi.Input<string>;
  /** The VMs to be, or VMs of these names that the cluster has already. */
  virtualMachines?: DeepInput<z.input<typeof requestedVmSchema>[]>;
  /** VMs that belong together, or apart. */
  groups?: DeepInput<z.input<typeof placementGroupSchema>[]>;
  /** Host rules, licences, compliance zones and dependencies. */
  rules?: DeepInput<NonNullable<z.input<typeof planRequestSchema>["rules"]>>;
  /** What is known of pairs of VMs: affinities and traffic. */
  relations?: DeepInput<NonNullable<z.input<typeof planRequestSchema>["relations"]>>;
  /** VMs of the inventory to plan besides: none (default), those without a host, or all (moves are advised). */
  include?: pulumi.Input<"none" | "unplaced" | "all">;
  /** Plan settings over those of the stack's configuration. */
  settings?: DeepInput<Partial<z.input<typeof planConfigSchema>>>;
}

/**
 * The state holds these few lines and not the provider's code: an upgrade of the package upgrades what they call.
 * `pulumi-vsphere-affinity/provider/handlers` is therefore part of the state's format. Short names, for every letter is
 * stored with every placement.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be captured by the serialized closure
const h = () => require("pulumi-vsphere-affinity/provider/handlers").placement;
const trampoline: pulumi.dynamic.ResourceProvider = {
  configure: (...a) => h().configure(...a),
  check: (...a) => h().check(...a),
  diff: (...a) => h().diff(...a),
  create: (...a) => h().create(...a),
  update: (...a) => h().update(...a),
  read: (...a) => h().read(...a),
  delete: (...a) => h().delete(...a),
};

/**
 * Hosts for virtual machines, chosen from the cluster's telemetry and shown in the preview. It does nothing in vCenter:
 * hand `hostId(name)` to the `hostSystemId` of a `vsphere.VirtualMachine`.
 *
 * Source: seeds "Dynamic Resource Affinity Shaping" (affinity scheduler) and "Dynamic Resource Affinity & Predictive
 * Migration" (destination selection).
 */
export class Placement extends pulumi.dynamic.Resource {
  /** Where each named VM goes, what risk and headroom it has there, and why. */
  declare readonly placements: pulumi.Output<PlannedPlacement[]>;
  /** Moves that would pay of VMs which the program does not name; advice, nothing is moved by this resource. */
  declare readonly moves: pulumi.Output<PlannedMove[]>;
  /** The plan's digest, instant, telemetry and what it lacked. */
  declare readonly plan: pulumi.Output<PlanSummary>;
  /** VMs found elsewhere than planned by the last refresh. */
  declare readonly drift: pulumi.Output<Drifted[]>;

  constructor(name: string, args: PlacementArgs, options?: pulumi.CustomResourceOptions) {
    const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
    super(
      trampoline,
      name,
      { ...args, owner, placements: undefined, moves: undefined, plan: undefined, drift: undefined },
      options,
      "vsphere-affinity",
      "Placement",
    );
  }

  /** Managed object id of the host chosen for the VM `name`. */
  hostId(name: string): pulumi.Output<string> {
    return this.placed(name).apply((placed) => placed.hostId);
  }

  /** Name of the host chosen for the VM `name`. */
  hostName(name: string): pulumi.Output<string> {
    return this.placed(name).apply((placed) => placed.host);
  }

  private placed(name: string): pulumi.Output<PlannedPlacement> {
    return this.placements.apply((placements) => {
      const placed = placements.find((item) => item.vm === name);
      if (placed) return placed;
      throw new pulumi.RunError(
        `the placement has no virtual machine "${name}"; it has ${placements.map((item) => item.vm).join(", ") || "none"}`,
      );
    });
  }
}
