import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { planConfigSchema } from "../../engine/planner/request";
import type { ScheduledWave, scheduleRequestSchema } from "../../engine/planner/schedule";
import type { MoveOutcome } from "../execution/move";
import type { HeldTask } from "./held-tasks";
import type { PlannedSchedule } from "./inputs";
import type { ScheduleDrift } from "./read";

type Request = z.input<typeof scheduleRequestSchema>;

export type MigrationScheduleArgs = { [Key in keyof Request]: pulumi.Input<Request[Key]> } & {
  /** Plan settings over those of the stack's configuration; `maxMoves` comes from the budget. */
  settings?: pulumi.Input<Partial<z.input<typeof planConfigSchema>>>;
};

/** As in a placement: the state holds these few lines, and what they call is part of the state's format. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be captured by the serialized closure
const h = () => require("pulumi-vsphere-affinity/provider/handlers").migrationSchedule;
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
 * Moves of running VMs that pay, within a budget and in maintenance windows: planned and shown in the preview, the waves
 * that are due run in the update, the rest by `vsphere-affinity apply` when their time has come.
 *
 * Source: seeds "Dynamic Resource Affinity & Predictive Migration", "Adaptive Resource Allocation via Predictive Failure
 * Propagation" and "Dynamic Instance Affinity & Predictive Migration".
 */
export class MigrationSchedule extends pulumi.dynamic.Resource {
  /** Waves that are to come, in order; a wave begins when the one before has ended. */
  declare readonly waves: pulumi.Output<ScheduledWave[]>;
  /** How many of them the update will run. */
  declare readonly due: pulumi.Output<number>;
  /** Moves that would pay and have no wave, with the reason. */
  declare readonly notScheduled: pulumi.Output<PlannedSchedule["notScheduled"]>;
  declare readonly evidence: pulumi.Output<string>;
  /** What the last update did, move by move. */
  declare readonly executed: pulumi.Output<MoveOutcome[]>;
  /** Moves that the vCenter holds as its scheduled tasks. */
  declare readonly tasks: pulumi.Output<HeldTask[]>;
  /** What the last refresh found otherwise. */
  declare readonly drift: pulumi.Output<ScheduleDrift[]>;

  constructor(name: string, args: MigrationScheduleArgs, options?: pulumi.CustomResourceOptions) {
    const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
    const planned = { waves: undefined, due: undefined, notScheduled: undefined, evidence: undefined };
    super(
      trampoline,
      name,
      { ...args, owner, ...planned, executed: undefined, tasks: undefined, drift: undefined },
      options,
      "vsphere-affinity",
      "MigrationSchedule",
    );
  }
}
