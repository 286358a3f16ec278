import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { stickinessRequestSchema } from "../../engine/planner/stickiness";
import type { PlannedRule, StickinessDrift } from "./planned";

type Request = z.input<typeof stickinessRequestSchema>;

export type StickinessArgs = { [Key in keyof Omit<Request, "virtualMachines">]: pulumi.Input<Request[Key]> } & {
  /** Names (or managed object ids) of the VMs, two or more. */
  virtualMachines: pulumi.Input<pulumi.Input<string>[]>;
  /** Take over a rule of this name that the cluster has already, in place of refusing it. */
  adopt?: pulumi.Input<boolean>;
};

/** As in a placement: the state holds these few lines, and what they call is part of the state's format. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be captured by the serialized closure
const h = () => require("pulumi-vsphere-affinity/provider/handlers").stickiness;
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
 * VMs that are kept apart or together for as long as the failure model sees a reason to: a DRS rule of this resource's
 * own, with an end that is computed, renewed, brought forward or cancelled as the prediction changes.
 *
 * Source: seed "Dynamic Resource Affinity Shaping" (temporary stickiness engine).
 */
export class Stickiness extends pulumi.dynamic.Resource {
  /** The DRS rule that is to be there; null where the prediction gives no ground for one. */
  declare readonly rule: pulumi.Output<PlannedRule | null>;
  /** Key that vCenter gave the rule; null where there is none. */
  declare readonly key: pulumi.Output<number | null>;
  /** ISO 8601, UTC: when the rule came into force, and when it is no longer needed. */
  declare readonly since: pulumi.Output<string | null>;
  declare readonly expiresAt: pulumi.Output<string | null>;
  /** The group's risk over the horizon without the rule and with it, and what it must save to be worth having. */
  declare readonly risk: pulumi.Output<{ without: number; with: number; bound: number }>;
  /** On which host's account, in a sentence. */
  declare readonly evidence: pulumi.Output<string>;
  /** What the last refresh found otherwise. */
  declare readonly drift: pulumi.Output<StickinessDrift[]>;

  constructor(name: string, args: StickinessArgs, options?: pulumi.CustomResourceOptions) {
    const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
    const planned = { rule: undefined, key: undefined, since: undefined, expiresAt: undefined };
    super(
      trampoline,
      name,
      { ...args, owner, ...planned, risk: undefined, evidence: undefined, drift: undefined },
      options,
      "vsphere-affinity",
      "Stickiness",
    );
  }
}
