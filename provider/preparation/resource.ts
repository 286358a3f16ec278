import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { PreparationRecord } from "../../engine/models/profile";
import type { Overhead, preparationRequestSchema } from "../../engine/planner/preparation";
import type { Prepared, PreparationDrift, Readiness } from "./planned";

type Request = z.input<typeof preparationRequestSchema>;

export type HostPreparationArgs = { [Key in keyof Request]: pulumi.Input<Request[Key]> };

/** As in a placement: the state holds these few lines, and what they call is part of the state's format. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be captured by the serialized closure
const h = () => require("pulumi-vsphere-affinity/provider/handlers").hostPreparation;
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
 * Hosts that are made ready before a request comes: while an application or user is likely to ask for resources, CPU and
 * memory are reserved in a resource pool of this resource's own and storage by a placeholder disk, each host is tried
 * with a shadow request, and everything is given back when no request came.
 *
 * Source: seed "Dynamic Resource Affinity & Predictive Pre-Preparation".
 */
export class HostPreparation extends pulumi.dynamic.Resource {
  /** The hosts to be ready, the preferred first, and what is reserved for each; null where no request is likely. */
  declare readonly prepared: pulumi.Output<Prepared | null>;
  /** Name of the resource pool, and its id where there is one: `resourcePoolId` of the VMs that the request makes. */
  declare readonly pool: pulumi.Output<string>;
  declare readonly poolId: pulumi.Output<string | null>;
  /** ISO 8601, UTC: since when hosts are prepared, and until when they wait for a request. */
  declare readonly since: pulumi.Output<string | null>;
  declare readonly until: pulumi.Output<string | null>;
  /** Of a request within the window; null where the history knows too little of the application or user. */
  declare readonly probability: pulumi.Output<number | null>;
  /** The trained model that said so, or the fallback. */
  declare readonly model: pulumi.Output<string>;
  /** Why, in a sentence. */
  declare readonly evidence: pulumi.Output<string>;
  /** What the shadow request said of each host. */
  declare readonly ready: pulumi.Output<Readiness[]>;
  /** Windows so far: with a request, of these unprepared; prepared, of these without a request. */
  declare readonly record: pulumi.Output<PreparationRecord>;
  /** What was held so far. */
  declare readonly overhead: pulumi.Output<Overhead>;
  /** What the last refresh found otherwise. */
  declare readonly drift: pulumi.Output<PreparationDrift[]>;

  constructor(name: string, args: HostPreparationArgs, options?: pulumi.CustomResourceOptions) {
    const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
    const planned = { prepared: undefined, pool: undefined, since: undefined, until: undefined };
    const said = { probability: undefined, model: undefined, evidence: undefined };
    const done = { poolId: undefined, ready: undefined, record: undefined, overhead: undefined, drift: undefined };
    super(
      trampoline,
      name,
      { ...args, owner, ...planned, ...said, ...done },
      options,
      "vsphere-affinity",
      "HostPreparation",
    );
  }
}
