import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { proactiveRequestSchema } from "../../engine/planner/proactive";
import type { PlannedProactive, ProactiveDrift } from "./planned";

type Request = z.input<typeof proactiveRequestSchema>;

export type ProactiveAllocationArgs = {
  [Key in keyof Omit<Request, "virtualMachines">]: pulumi.Input<Request[Key]>;
} & {
  /** Names (or managed object ids) of alike VMs, any of which can stand in for another. */
  virtualMachines: pulumi.Input<pulumi.Input<string>[]>;
};

/** As in a placement: the state holds these few lines, and what they call is part of the state's format. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be captured by the serialized closure
const h = () => require("pulumi-vsphere-affinity/provider/handlers").proactiveAllocation;
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
 * What is done for a group of VMs before a predicted failure, besides moving them: how many there should be, room on
 * healthy hosts for those at risk to restart in, and clients sent to the others.
 *
 * Source: seed "Adaptive Resource Allocation via Predictive Failure Propagation" (proactive resource allocation).
 */
export class ProactiveAllocation extends pulumi.dynamic.Resource {
  /** The smallest number of VMs of which enough will be left; null where no number on these hosts is enough. */
  declare readonly replicasSuggested: pulumi.Output<number | null>;
  /** Probability within the horizon that fewer than needed are left: of the VMs that there are, and of the suggested number. */
  declare readonly groupRisk: pulumi.Output<PlannedProactive["groupRisk"]>;
  /** Each VM's risk and whose failure it would be. */
  declare readonly members: pulumi.Output<PlannedProactive["members"]>;
  /** Room that is kept on healthy hosts. */
  declare readonly reservations: pulumi.Output<PlannedProactive["reservations"]>;
  /** Addresses that were taken from the name, and when clients will have forgotten them (ISO 8601, UTC). */
  declare readonly withdrawn: pulumi.Output<string[]>;
  declare readonly drainedAt: pulumi.Output<string | null>;
  declare readonly evidence: pulumi.Output<string>;
  /** What the plan had to do without. */
  declare readonly lacking: pulumi.Output<string[]>;
  /** What the last refresh found otherwise. */
  declare readonly drift: pulumi.Output<ProactiveDrift[]>;

  constructor(name: string, args: ProactiveAllocationArgs, options?: pulumi.CustomResourceOptions) {
    const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
    const planned = { replicasSuggested: undefined, groupRisk: undefined, members: undefined, reservations: undefined };
    const done = {
      withdrawn: undefined,
      drainedAt: undefined,
      evidence: undefined,
      lacking: undefined,
      drift: undefined,
    };
    super(
      trampoline,
      name,
      { ...args, owner, ...planned, ...done },
      options,
      "vsphere-affinity",
      "ProactiveAllocation",
    );
  }
}
