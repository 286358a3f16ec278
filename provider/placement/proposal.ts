import { digestOf } from "../../engine/digest";
import type { Plan } from "../../engine/planner/plan";
import type { PlanRequest } from "../../engine/planner/request";
import { computePlan } from "../../engine/run";
import type { Settings } from "../settings";
import type { World } from "../world";

/** How long an update finds what a preview showed, seconds. */
const VALID_FOR = 3600;

/**
 * The plan for `request`, computed once: `pulumi up` checks a resource for its preview and again for the update, maybe
 * on either side of a full hour and with later telemetry. What the first showed, the second carries out, unless the
 * world has changed in between; then it plans anew for the same instant.
 */
export async function planOnce(
  owner: string,
  request: PlanRequest,
  world: World,
  device: Settings["device"],
  now: number,
): Promise<Plan> {
  const { snapshot, telemetry, journal } = world;
  const asked = digestOf({ ...request, asOf: null });
  const basis = digestOf({ asked, snapshot: { ...snapshot, takenAt: null }, telemetry: telemetry?.name ?? null });
  const last = await journal.proposal(owner);
  const valid = last !== null && last.request === asked && now >= last.proposedAt && now - last.proposedAt < VALID_FOR;
  const shown = valid ? await journal.loadPlan(last.plan) : null;
  if (shown && last?.basis === basis) return shown;
  const plan = await computePlan({ ...request, asOf: shown?.asOf ?? request.asOf }, { snapshot, telemetry, device });
  await journal.savePlan(plan);
  await journal.propose(owner, { request: asked, basis, plan: plan.digest, proposedAt: now });
  return plan;
}
