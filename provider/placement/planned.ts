import { canonicalJson } from "../../engine/digest";
import type { PlacedVm, Plan } from "../../engine/planner/plan";

/** One VM's place as the state, dependents and policies see it: the plan's essence; the whole plan is in the journal. */
export interface PlannedPlacement {
  vm: string;
  hostId: string;
  host: string;
  action: PlacedVm["action"];
  /** Probability that it suffers over the horizon. */
  risk: number;
  /** Share of the host's capacity left at the worst slot; null where it is not known. */
  headroom: { cpu: number | null; memory: number | null };
  reason: string;
  runnersUp: { hostId: string; host: string; extraCost: number }[];
}

export interface PlannedMove {
  vm: string;
  from: string;
  to: string;
  toHostId: string;
  reason: string;
}

export interface PlanSummary {
  algorithm: string;
  /** Digest of the plan in the journal. */
  digest: string;
  cluster: { id: string; name: string };
  source: string;
  /** Epoch seconds: the instant the plan was made for, and the one it was last confirmed for. */
  asOf: number;
  confirmedAt: number;
  seed: number;
  telemetry: Plan["telemetry"];
  /** Hosts that could hold a member, by group. */
  candidateHosts: Record<string, number>;
  lacking: Plan["lacking"];
}

/** What a plan adds to the placement's inputs. */
export interface Planned {
  placements: PlannedPlacement[];
  moves: PlannedMove[];
  plan: PlanSummary;
}

const RUNNERS_UP = 2;

/** What is kept of a plan in the state: the VMs the program named, those that got a host, and the advised moves. */
export function plannedOf(plan: Plan, named: ReadonlySet<string>, candidateHosts: Record<string, number>): Planned {
  return {
    placements: plan.virtualMachines
      .filter((placed) => named.has(placed.vm) || placed.action === "place")
      .map((placed) => ({
        vm: placed.vm,
        hostId: placed.hostId,
        host: placed.host,
        action: placed.action,
        risk: placed.risk,
        headroom: placed.headroom,
        reason: placed.reasons[0].text,
        runnersUp: placed.runnersUp
          .slice(0, RUNNERS_UP)
          .map(({ hostId, host, extraCost }) => ({ hostId, host, extraCost })),
      })),
    moves: plan.moves.map(({ vm, from, to, toHostId, reason }) => ({ vm, from, to, toHostId, reason })),
    plan: {
      algorithm: plan.algorithm,
      digest: plan.digest,
      cluster: plan.cluster,
      source: plan.source,
      asOf: plan.asOf,
      confirmedAt: plan.asOf,
      seed: plan.seed,
      telemetry: plan.telemetry,
      candidateHosts,
      lacking: plan.lacking,
    },
  };
}

const decisionOf = (planned: Planned) => ({
  hosts: planned.placements.map(({ vm, hostId }) => [vm, hostId]).sort(),
  moves: planned.moves.map(({ vm, toHostId }) => [vm, toHostId]).sort(),
});

/**
 * The plan in force, confirmed: if a fresh plan decides the same, nothing of what is shown changes but the instant of
 * the confirmation and the telemetry that it rests on, which policies read and the diff leaves out.
 */
export function confirmed(inForce: Planned, fresh: Planned): Planned | null {
  if (canonicalJson(decisionOf(inForce)) !== canonicalJson(decisionOf(fresh))) return null;
  const { confirmedAt, telemetry, candidateHosts, lacking } = fresh.plan;
  return { ...inForce, plan: { ...inForce.plan, confirmedAt, telemetry, candidateHosts, lacking } };
}

/** The plan that a state holds, if it holds a whole one. */
export function plannedIn(state: Readonly<Record<string, unknown>>): Planned | null {
  const { placements, moves, plan } = state as Partial<Planned>;
  if (!Array.isArray(placements) || !Array.isArray(moves) || typeof plan?.digest !== "string") return null;
  return { placements, moves, plan };
}
