import { knapsackForm } from "../constraints/checks/knapsack";
import type { ActiveConstraint } from "../constraints/constraint";
import type { Model } from "../problem/model";
import { buildProblem } from "../problem/problem";
import { isCut } from "./control";
import { type HostLoss, hostLosses } from "./host-loss";
import { Search } from "./search";
import { settleDown, type Solution, solve, type SolveOptions } from "./solve";
import { canStay } from "./trim";

/** Plans made for one plan: each is better than the one before, and the second is nearly always the last. */
const MAX_ROUNDS = 10;

export interface RestartableSolution extends Solution {
  /** Losses of hosts after which some VM could not restart, for the user to read. */
  readonly losses: { constraint: string; text: string; subjects: string[] }[];
  /** Whether room to restart VMs had a say beside the constraints of the search. */
  readonly contested: boolean;
}

/**
 * Solves, then simulates the loss of hosts that HA admission control must bear. Where every VM finds a host to restart
 * on, that is all. Otherwise the free room is too scattered, and several plans contend (see `contest`).
 *
 * What wins is then planned again as if it had been carried out, until that changes nothing: the winner isn't a local
 * optimum of one search, so the next run might else find a move that this one didn't. Each round lowers what a plan is
 * judged by, so they end; the moves of all rounds together stay within the limit.
 */
export async function solveWithRestarts(
  model: Model,
  constraints: readonly ActiveConstraint[],
  options: SolveOptions,
): Promise<RestartableSolution> {
  const first = await solve(model, constraints, options);
  if (first.unplaced.length > 0 || lossesOf(first).length === 0) return { ...first, losses: [], contested: false };
  let best = await contest(model, constraints, first, options);
  for (let round = 0; round < MAX_ROUNDS && !isCut(options); round++) {
    const spare = first.search.maxMoves - best.search.moves;
    const again = await planAgain(carriedOut(model, placementOf(best)), constraints, { ...options, maxMoves: spare });
    const next = withoutNeedless(model, carriedOver(model, again));
    if (!isBetter(judge(next), judge(best))) break;
    best = next;
  }
  return { ...best, losses: describe(model, lossesOf(best)), contested: true };
}

async function planAgain(
  model: Model,
  constraints: readonly ActiveConstraint[],
  options: SolveOptions,
): Promise<Solution> {
  const first = await solve(model, constraints, options);
  return lossesOf(first).length === 0 ? first : contest(model, constraints, first, options);
}

/**
 * The best of: the world as it is, with what is new in it; the plan without a thought of restarts; one that puts
 * nothing on a host beyond a share k/N of room kept free; and one that also takes VMs away where less is free.
 */
async function contest(
  model: Model,
  constraints: readonly ActiveConstraint[],
  first: Solution,
  options: SolveOptions,
): Promise<Solution> {
  const room = evenRoom(model);
  const rivals = [settleDown(model, constraints, options), first];
  for (const rule of [guarding(room), room]) {
    // What they come to is no better plan until it is judged.
    if (!isCut(options)) rivals.push(await solve(model, [...constraints, rule], { ...options, onBest: undefined }));
  }
  const placed = rivals.filter((solution) => solution.unplaced.length === 0);
  return withoutNeedless(
    model,
    placed.reduce((a, b) => (isBetter(judge(b), judge(a)) ? b : a)),
  );
}

/** What a plan is judged by, the weightiest first: constraints broken, VMs without a restart, costs by rank, cost and price. */
type Judgement = readonly number[];

function judge(solution: Solution): Judgement {
  const { search } = solution;
  const { constraints, units } = search.problem;
  let broken = 0;
  constraints
    .filter(({ hard }) => hard)
    .forEach(({ constraint }, i) => {
      if (constraint === ROOM) return;
      for (const { vms } of search.state.hard[i].breaches()) broken += vms.length;
    });
  let cost = Object.values(search.costs()).reduce((a, b) => a + b, 0);
  for (let unit = 0; unit < units.count; unit++) cost += search.price(unit, search.state.hostOf[unit]);
  return [broken, homeless(lossesOf(solution)), ...search.rankedCosts(), cost];
}

function isBetter(a: Judgement, b: Judgement): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && a[at] < b[at];
}

/** Takes back the moves that the plan is no worse without. Room to restart is no constraint of what it gives. */
function withoutNeedless(model: Model, solution: Solution): Solution {
  const constraints = solution.constraints.filter(({ constraint }) => constraint !== ROOM);
  const free = carriedOver(model, { ...solution, constraints });
  const { search } = free;
  let standing = judge(free);
  search.problem.units.anchor.forEach((anchor, unit) => {
    const home = search.state.hostOf[unit];
    if (anchor < 0 || home === anchor || !canStay(search, unit, anchor)) return;
    search.move(unit, anchor);
    const without = judge(free);
    if (isBetter(standing, without)) return search.move(unit, home);
    standing = without;
  });
  return free;
}

const ROOM = "ha-restart-room";

function evenRoom(model: Model): ActiveConstraint {
  const { ha } = model.cluster;
  const lost = ha.admissionControl.policy === "hostFailures" ? ha.admissionControl.hosts : 0;
  const keep = Math.max(0, 1 - lost / model.hosts.length) * model.request.config.memoryOvercommit;
  return {
    constraint: ROOM,
    name: `HA admission control (${lost} host failures, room on every host)`,
    origin: "world",
    hard: true,
    form: knapsackForm({
      amounts: Float64Array.from(model.vms, (vm) => Math.ceil(vm.memoryMb ?? 0)),
      limits: Float64Array.from(model.hosts, (host) => Math.floor((host.memoryMb ?? Infinity) * keep)),
    }),
    because: (_vm, host) => `${host?.name ?? "every host"} keeps room for the VMs of a lost host`,
  };
}

/** The constraint for what comes to a host, without a claim on what is there. */
const guarding = (constraint: ActiveConstraint): ActiveConstraint => ({
  ...constraint,
  form: {
    bind: (model, units) => ({ ...constraint.form.bind(model, units), change: () => 0, breaches: () => [] }),
  },
});

const placementOf = ({ search }: Solution): Int32Array => {
  const { model, units } = search.problem;
  return Int32Array.from(model.vms, (vm, v) => (v < model.movable ? search.state.hostOf[units.unitOf[v]] : vm.current));
};

const lossesOf = (solution: Solution): HostLoss[] => hostLosses(solution.search.problem.model, placementOf(solution));

const homeless = (losses: readonly HostLoss[]): number => losses.reduce((sum, loss) => sum + loss.vms.length, 0);

/** The model as it is once a plan is carried out, and in force. */
const carriedOut = (model: Model, placement: Int32Array): Model => ({
  ...model,
  vms: model.vms.map((vm, v) =>
    v < model.movable ? { ...vm, current: vm.current < 0 ? -1 : placement[v], kept: placement[v] } : vm,
  ),
});

/** The same placement as a search on another model of the same VMs. */
function carriedOver(model: Model, solution: Solution): Solution {
  const search = new Search(buildProblem(model, solution.constraints));
  const placement = placementOf(solution);
  search.problem.units.vms.forEach(([v], unit) => search.move(unit, placement[v]));
  return { ...solution, search, table: null };
}

function describe(model: Model, losses: readonly HostLoss[]): RestartableSolution["losses"] {
  return losses.map(({ hosts, vms }) => {
    const lost = hosts.map((h) => model.hosts[h].name).join(" and ");
    const subjects = vms.map((v) => model.vms[v].name).sort();
    return {
      constraint: "ha-admission-control",
      text: `HA admission control: after the loss of ${lost} no host has room to restart ${subjects.length} VM${subjects.length === 1 ? "" : "s"}`,
      subjects,
    };
  });
}
