import type { z } from "zod";
import { chooseDevice } from "./compute/choose";
import type { DeviceName } from "./compute/device";
import { assess } from "./models/assess";
import type { Assessment } from "./models/assessment";
import type { Progress } from "./models/progress";
import type { TrainedModels } from "./models/training";
import { type Plan, planPlacement, planRequestSchema } from "./planner";
import type { Cut } from "./planner/solver";
import { findCluster, type Snapshot } from "./snapshot";
import type { TelemetrySource } from "./telemetry/source";
import { traced } from "./tracing";
import { validate } from "./validate";

export interface RunInputs {
  readonly snapshot: Snapshot;
  /** Null: the plan rests on configured sizes. */
  readonly telemetry: TelemetrySource | null;
  /** Trained models, where there is a folder of them; baselines serve otherwise. */
  readonly models?: TrainedModels | null;
  readonly device?: "auto" | DeviceName;
  readonly signal?: AbortSignal;
  /** "best": an abort while the plan is searched for gives the best so far; "throw", as by default: the signal's reason. */
  readonly onAbort?: "throw" | "best";
  /** From the start of the run; reading and explaining are never cut. The plan then depends on the machine's speed. */
  readonly timeLimit?: { readonly milliseconds: number; readonly now: () => number };
  readonly onProgress?: (progress: Progress) => void;
  /** Told what the models say: what is kept beside what comes true. */
  readonly onAssessment?: (assessment: Assessment) => void;
  /** Told which device was chosen: never part of the plan. */
  readonly onDevice?: (device: DeviceName) => void;
}

/**
 * From request, world and telemetry to the plan. A pure function of (request with its configuration and seed,
 * snapshot, telemetry window, model files): the device, the store behind the telemetry and the clock on the wall change no
 * byte, unless a time limit or an abort ends the search, which the plan then says (`search`).
 *
 * @throws AffinityError REQUEST_INVALID, CLUSTER_NOT_FOUND, PLAN_INFEASIBLE, PLAN_CUT_SHORT, and what the telemetry and device may.
 */
export async function computePlan(request: z.input<typeof planRequestSchema>, inputs: RunInputs): Promise<Plan> {
  const { snapshot, telemetry, models, signal, onProgress, timeLimit } = inputs;
  const end = timeLimit && timeLimit.now() + timeLimit.milliseconds;
  const parsed = validate(planRequestSchema, request, { code: "REQUEST_INVALID", subject: "the plan request" });
  const cluster = findCluster(snapshot, parsed.cluster);
  const assessment = await traced("models", { "vsphere.cluster": cluster.id }, () =>
    assess(parsed, snapshot, cluster, telemetry, { models, signal, onProgress }),
  );
  inputs.onAssessment?.(assessment);
  const size = {
    vms: assessment.virtualMachines.ids.length,
    hosts: assessment.hosts.ids.length,
    resources: 2,
    slots: assessment.horizon.length,
  };
  const { device } = await chooseDevice(inputs.device ?? "auto", size, { calls: 2, signal });
  inputs.onDevice?.(device.name);
  try {
    const best = inputs.onAbort === "best" && signal;
    const cut = (): Cut | null => {
      if (best && best.aborted) return "abort";
      return timeLimit && end !== undefined && timeLimit.now() >= end ? "timeLimit" : null;
    };
    const about = { "vsphere.vms": size.vms, "vsphere.hosts": size.hosts, "compute.device": device.name };
    return await traced("planner", about, async (span) => {
      const plan = await planPlacement(parsed, snapshot, cluster, assessment, {
        device,
        onProgress,
        ...(!best && { signal }),
        ...((best || timeLimit) && { cut }),
      });
      span.setAttributes({ "plan.digest": plan.digest, "plan.moves": plan.moves.length });
      return plan;
    });
  } finally {
    await device.dispose();
  }
}
