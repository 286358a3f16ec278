import { z } from "zod";
import { canonicalJson } from "../../engine/digest";
import { isOpen } from "../../engine/planner/constraints/tables";
import type { PlacedVm, Plan } from "../../engine/planner/plan";
import type { Cluster, Snapshot } from "../../engine/snapshot";

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
  /** `hosts`: how many of its hosts can take a VM. */
  cluster: { id: string; name: string; hosts: number };
  source: string;
  /** Epoch seconds: the instant the plan was made for, and the one it was last confirmed for. */
  asOf: number;
  confirmedAt: number;
  seed: number;
  telemetry: Plan["telemetry"];
  /** Hosts that could hold a member, by group. */
  candidateHosts: Record<string, number>;
  /** What the plan had to do without, and what was used in its place. */
  lacking: Lack[];
  /** Hard constraints that the world breaks already and that this plan can't mend. */
  unresolved: Unresolved[];
}

/** Of a long list of subjects the first few are named; `count` says how many there are. */
export interface Lack {
  what: string;
  subjects: string[];
  count: number;
  fallback: string;
}

export interface Unresolved {
  constraint: string;
  text: string;
  subjects: string[];
  count: number;
}

/** What a plan adds to the placement's inputs. */
export interface Planned {
  placements: PlannedPlacement[];
  moves: PlannedMove[];
  plan: PlanSummary;
}

const RUNNERS_UP = 2;
const SUBJECTS = 5;

/** A state is stored and shown whole at every run: long lists of names stay in the journal. */
const short = <T extends { subjects: readonly string[] }>(item: T) => ({
  ...item,
  subjects: item.subjects.slice(0, SUBJECTS),
  count: item.subjects.length,
});

/** How many hosts of the cluster are there to take VMs. */
export function openHosts(snapshot: Snapshot, cluster: Cluster): number {
  return snapshot.hosts.filter((host) => host.cluster === cluster.id && isOpen(host)).length;
}

/** What is kept of a plan in the state: the VMs the program named, those that got a host, and the moves advised for others. */
export function plannedOf(
  plan: Plan,
  named: ReadonlySet<string>,
  { candidateHosts, hosts }: { candidateHosts: Record<string, number>; hosts: number },
): Planned {
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
    moves: plan.moves
      .filter((move) => !named.has(move.vm))
      .map(({ vm, from, to, toHostId, reason }) => ({ vm, from, to, toHostId, reason })),
    plan: {
      algorithm: plan.algorithm,
      digest: plan.digest,
      cluster: { ...plan.cluster, hosts },
      source: plan.source,
      asOf: plan.asOf,
      confirmedAt: plan.asOf,
      seed: plan.seed,
      telemetry: plan.telemetry,
      candidateHosts,
      lacking: plan.lacking.map(short),
      unresolved: (plan.unresolved ?? []).map(short),
    },
  };
}

/** The plan, with one more thing that it had to do without. */
export function withLack(planned: Planned, lack: Omit<Lack, "count">): Planned {
  return { ...planned, plan: { ...planned.plan, lacking: [...planned.plan.lacking, short(lack)] } };
}

const decisionOf = (planned: Planned) => ({
  hosts: planned.placements.map(({ vm, hostId }) => [vm, hostId]).sort(),
  moves: planned.moves.map(({ vm, toHostId }) => [vm, toHostId]).sort(),
});

/**
 * The plan in force, confirmed: if a fresh plan decides the same, nothing of what is shown changes but the instant of
 * the confirmation and the facts that it rests on, which policies read and the diff leaves out. What a state of an
 * older version lacks comes from the fresh plan.
 */
export function confirmed(inForce: Planned, fresh: Planned): Planned | null {
  if (canonicalJson(decisionOf(inForce)) !== canonicalJson(decisionOf(fresh))) return null;
  const { confirmedAt, telemetry, candidateHosts, cluster, lacking, unresolved } = fresh.plan;
  const facts = { confirmedAt, telemetry, candidateHosts, cluster, lacking, unresolved };
  return { ...inForce, plan: { ...fresh.plan, ...inForce.plan, ...facts } };
}

const name = z.string().min(1);
const essentials = z.object({
  placements: z.array(z.object({ vm: name, hostId: name, host: name })),
  moves: z.array(z.object({ vm: name, toHostId: name })),
  plan: z.object({ digest: name, source: name, cluster: z.object({ id: name }) }),
});

/** The plan that a state holds, if it holds all that is needed to carry it on. An older version's may hold less. */
export function plannedIn(state: Readonly<Record<string, unknown>>): Planned | null {
  if (!essentials.safeParse(state).success) return null;
  const { placements, moves, plan } = state as unknown as Planned;
  return { placements, moves, plan };
}

/** Host ids by VM, as far as a state says: even where the rest of its plan can't be read, nobody is to be moved. */
export function hostsInForce(state: Readonly<Record<string, unknown>>): Record<string, string> {
  const placements = Array.isArray(state.placements) ? state.placements : [];
  const known = placements.flatMap((item) => z.object({ vm: name, hostId: name }).safeParse(item).data ?? []);
  return Object.fromEntries(known.map(({ vm, hostId }) => [vm, hostId]));
}
