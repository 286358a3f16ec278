import type { Device } from "../compute/device";
import { digestOf } from "../digest";
import type { Assessment } from "../models/assessment";
import type { Progress } from "../models/progress";
import type { Cluster, Snapshot } from "../snapshot";
import { AffinityError } from "../errors";
import { type ActiveConstraint, compileConstraints } from "./constraints";
import {
  canPlace,
  describeViolation,
  expectedUnserved,
  forecastHosts,
  infeasible,
  peakOf,
  round4,
  type Violation,
  violationsOf,
} from "./explain";
import { describePlacements, hostFacts } from "./explain/placed-vms";
import { solveReachable, withReasons } from "./migration/solve-reachable";
import { type Plan, PLAN_ALGORITHM } from "./plan";
import { compileModel } from "./problem/compile";
import type { Model } from "./problem/model";
import { buildProblem } from "./problem/problem";
import type { PlanRequest } from "./request";
import { type BestSoFar, type Cut, MoveTable, Search } from "./solver";
import { count } from "./wording";

export interface PlanOptions {
  readonly device: Device;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Asked while the search runs; other than null, the best plan so far is given. */
  readonly cut?: () => Cut | null;
}

const STAGES = ["compiling the problem", "searching", "explaining"] as const;

/**
 * The plan for a request: a host for every VM in scope, with reasons. Deterministic: the same four inputs give the
 * same bytes, on every device.
 *
 * @throws AffinityError REQUEST_INVALID with every unknown name; PLAN_INFEASIBLE with the smallest conflicting set of
 * constraints as `problems`; PLAN_CUT_SHORT where `cut` ended the search before every VM had a host.
 */
export async function planPlacement(
  request: PlanRequest,
  snapshot: Snapshot,
  cluster: Cluster,
  assessment: Assessment,
  { device, signal, onProgress, cut }: PlanOptions,
): Promise<Plan> {
  let endedBy: Cut | null = null;
  // What has ended it once is not asked again: all parts of the search end for the same reason.
  const cutOnce = cut && (() => (endedBy ??= cut()));
  const report = (done: number) => onProgress?.({ what: STAGES[Math.min(done, 2)], done, total: STAGES.length });
  report(0);
  const model = compileModel(request, snapshot, cluster, assessment);
  const constraints = compileConstraints(model);
  report(1);
  const {
    search,
    unplaced,
    losses,
    table: known,
    contested,
    migration,
  } = await solveReachable(model, constraints, {
    device,
    signal,
    ...(cutOnce && { cut: cutOnce }),
    ...(onProgress && {
      onBest: (best: BestSoFar) => onProgress({ what: STAGES[1], done: 1, total: STAGES.length, best }),
    }),
  });
  const units = search.problem.units;
  if (unplaced.length > 0 && endedBy !== null) throw cutShort(cluster, endedBy, unplaced.length);
  if (unplaced.length > 0) {
    const homeless = unplaced.flatMap((unit) => units.vms[unit].map((v) => model.vms[v].name));
    throw infeasible(model, constraints, homeless, (subset, maxMoves) => canPlace(model, subset, maxMoves, signal));
  }
  const violations = violationsOf(search.state);
  if (endedBy === null) refuseUnmetRequest(model, constraints, violations);
  else if (violations.some(isUnmet)) throw cutShort(cluster, endedBy, 0);
  report(2);
  const table = known ?? (await MoveTable.of(search, device, signal));
  const after = hostsOf(search);
  const described = describe(search, table, after, contested);
  const plan = {
    algorithm: PLAN_ALGORITHM,
    cluster: { id: cluster.id, name: cluster.name },
    source: snapshot.source.name,
    asOf: request.asOf,
    seed: request.config.seed,
    telemetry: telemetryOf(model),
    ...described,
    ...(migration ? { migration: withReasons(migration, described.moves) } : {}),
    ...(endedBy !== null && { search: { endedBy: endedBy as Cut, bound: search.bound() } }),
    lacking: model.lacking.list().map((fact) => ({ ...fact, subjects: [...fact.subjects] })),
    unresolved: [
      ...violations.map((violation) => ({
        constraint: violation.constraint.constraint,
        text: describeViolation(model, violation),
        subjects: violation.breach.vms.map((v) => model.vms[v].name),
      })),
      ...losses,
    ],
  };
  report(3);
  return { ...plan, digest: digestOf(plan) };
}

/** [VM of the model] its host. */
function hostsOf(search: Search): Int32Array {
  const { model, units } = search.problem;
  return Int32Array.from(model.vms, (vm, v) => (v < model.movable ? search.state.hostOf[units.unitOf[v]] : vm.current));
}

const isUnmet = ({ constraint, inherited }: Violation): boolean => constraint.origin === "request" && !inherited;

function cutShort(cluster: Cluster, endedBy: Cut, homeless: number): AffinityError {
  const by = endedBy === "timeLimit" ? "the time limit" : "an interruption";
  const what = homeless > 0 ? `${count(homeless, "unit")} had a host` : "every rule of the request was kept";
  return new AffinityError({
    code: "PLAN_CUT_SHORT",
    message: `${by} ended the search in cluster "${cluster.name}" before ${what}: there is no plan yet`,
    hint: endedBy === "timeLimit" ? "give it more time, or none of a limit" : "let it run",
  });
}

/**
 * What the request itself states must hold in the end for the VMs in scope; what the world has broken already, or what
 * VMs out of scope break among themselves, is only reported.
 */
function refuseUnmetRequest(
  model: Model,
  constraints: readonly ActiveConstraint[],
  violations: readonly Violation[],
): void {
  const unmet = violations.filter(isUnmet);
  if (unmet.length === 0) return;
  const names = new Set(unmet.flatMap(({ breach }) => breach.vms.map((v) => model.vms[v].name)));
  // A VM that runs is only in the way of itself: asked as if it had no host yet, the conflict shows.
  const free: Model = {
    ...model,
    vms: model.vms.map((vm, v) => (v < model.movable && names.has(vm.name) ? { ...vm, current: -1, kept: -1 } : vm)),
  };
  const alone = constraints.filter((constraint) => constraint.hard);
  const possible = (subset: readonly ActiveConstraint[], maxMoves: number) => {
    const needed = unmet.filter(({ constraint }) => subset.includes(constraint)).flatMap(({ breach }) => breach.vms);
    const moving = new Set(needed.filter((v) => model.vms[v].current >= 0)).size;
    return moving <= maxMoves && canPlace(free, subset, maxMoves);
  };
  throw infeasible(model, alone, [...names], possible, free);
}

function telemetryOf({ assessment, request, vms, movable }: Model): Plan["telemetry"] {
  const { window, newestSample } = assessment;
  const rested = vms
    .slice(0, movable)
    .filter((vm) => vm.row >= 0 && assessment.virtualMachines.basis[vm.row] === "history");
  return {
    from: window ? window.start : request.asOf,
    to: window ? window.start + window.step * window.length : request.asOf,
    newest: newestSample ?? null,
    coverage: movable === 0 ? 0 : round4(rested.length / movable),
    ...(assessment.trained && { models: [...assessment.trained] }),
  };
}

function describe(search: Search, table: MoveTable, after: Int32Array, contested: boolean) {
  const { model } = search.problem;
  const before = Int32Array.from(model.vms, (vm) => vm.current);
  const [was, will] = [forecastHosts(model, before), forecastHosts(model, after)];
  const outcome = { search, table, was, will, contested };
  const facts = hostFacts(outcome);
  const countsOf = (hostOf: Int32Array): Int32Array => {
    const counts = new Int32Array(model.hosts.length);
    for (const host of hostOf) if (host >= 0) counts[host]++;
    return counts;
  };
  const [countBefore, countAfter] = [countsOf(before), countsOf(after)];
  const peak = (forecasts: typeof was, h: number, r: 0 | 1) => {
    const host = model.hosts[h];
    const { share } = peakOf(forecasts[h][r], r === 0 ? host.cpuMhz : host.memoryMb);
    return share === null ? null : round4(share);
  };
  const unserved = (forecasts: typeof was, h: number, r: 0 | 1) => {
    const { cpuMhz, memoryMb } = model.hosts[h];
    const value = expectedUnserved(forecasts[h][r], r === 0 ? cpuMhz : memoryMb);
    return value === null ? null : round4(value);
  };
  return {
    ...describePlacements(outcome, facts),
    hosts: model.hosts.map((host, h) => ({
      id: host.id,
      name: host.name,
      vms: { before: countBefore[h], after: countAfter[h] },
      peakCpu: { before: peak(was, h, 0), after: peak(will, h, 0) },
      peakMemory: { before: peak(was, h, 1), after: peak(will, h, 1) },
      expectedReady: { before: unserved(was, h, 0), after: unserved(will, h, 0) },
      expectedMemoryPressure: { before: unserved(was, h, 1), after: unserved(will, h, 1) },
      failureProbability: round4(facts[h].failureProbability),
    })),
    cost: { before: costsAt(model, search, before), after: search.costs() },
  };
}

/** Cost by objective of the world as it is; VMs that have no host yet cost nothing. */
function costsAt(model: Model, search: Search, hostOf: Int32Array): Record<string, number> {
  const { units, constraints } = search.problem;
  if (units.vms.every((members) => members.every((v) => hostOf[v] === hostOf[members[0]]))) {
    // No unit is torn apart in it: the search itself goes there and back.
    const now = Int32Array.from(search.state.hostOf);
    search.restore(Int32Array.from(units.vms, ([v]) => hostOf[v]));
    const costs = search.costs();
    search.restore(now);
    return costs;
  }
  // Units of one VM each: what a rule will join need not be together now.
  const loose = constraints.map((constraint) => ({
    ...constraint,
    form: { denied: constraint.form.denied, bind: constraint.form.bind.bind(constraint.form) },
  }));
  const world = new Search(buildProblem(model, loose));
  for (let v = 0; v < model.movable; v++) if (hostOf[v] >= 0) world.move(v, hostOf[v]);
  return world.costs();
}
