import type { Device } from "../../compute/device";
import type { ActiveConstraint } from "../constraints/constraint";
import { buildProblem, type Problem } from "../problem/problem";
import { anchorOf, type Model } from "../problem/model";
import { isCut, type SearchControl } from "./control";
import { construct } from "./construct";
import { findRoom } from "./find-room";
import { improve } from "./improve";
import { MoveTable } from "./move-table";
import { randomOf } from "./random";
import { repair } from "./repair";
import { makeRoom } from "./ruin";
import { Search } from "./search";
import { trim } from "./trim";

/** Rounds of improving, trimming and mending: each may open a better move. */
const MAX_ROUNDS = 5;

/** With more units left over than this the room is too small, not badly used. */
const MOST_LEFT = 20;

export interface SolveOptions extends SearchControl {
  readonly device: Device;
  /** Moves of VMs that run; the request's when not given. */
  readonly maxMoves?: number;
}

export interface Solution {
  readonly search: Search;
  /** Of the finished search; null where there is none that is up to date. */
  readonly table: MoveTable | null;
  /** Units for which no host was found. */
  readonly unplaced: readonly number[];
  /** The constraints that the search kept, without those together-rules that couldn't be joined within the moves. */
  readonly constraints: readonly ActiveConstraint[];
}

/** Where everything starts: what runs stays where it is, the plan in force is restored where it fits. */
function start(problem: Problem, maxMoves?: number): { search: Search; homeless: number[] } {
  const search = new Search(problem, maxMoves);
  const { model, units } = problem;
  const restored: number[] = [];
  const homeless: number[] = [];
  for (let unit = 0; unit < units.count; unit++) {
    const anchor = units.anchor[unit];
    if (anchor < 0) homeless.push(unit);
    else if (units.vms[unit].some((v) => model.vms[v].current !== anchor)) restored.push(unit);
    else search.move(unit, anchor);
  }
  for (const unit of restored) {
    const currents = new Set(units.vms[unit].map((v) => model.vms[v].current));
    const [current] = currents;
    if (search.state.fits(unit, units.anchor[unit])) search.move(unit, units.anchor[unit]);
    else if (currents.size === 1 && current >= 0) search.move(unit, current);
    else homeless.push(unit);
  }
  return { search, homeless };
}

/**
 * Places what has no host, without improving anything: also the oracle of the conflict search. A `thorough` one asks the general
 * form where its own search finds no room.
 */
export function placeAll(
  problem: Problem,
  seed: number,
  control: SearchControl = {},
  limits: { rounds?: number; maxMoves?: number; thorough?: boolean } = {},
): { search: Search; unplaced: number[] } {
  const { search, homeless } = start(problem, limits.maxMoves);
  const homes = Int32Array.from(search.state.hostOf);
  let unplaced = construct(search, homeless);
  if (unplaced.length > 0) unplaced = makeRoom(search, unplaced, randomOf(seed), limits.rounds, control);
  const few = unplaced.length > 0 && unplaced.length <= MOST_LEFT;
  if (few && limits.thorough && !isCut(control) && findRoom(search, homes)) unplaced = [];
  return { search, unplaced };
}

/** Rules that keep together VMs which run, or are kept, on different hosts. */
function splitRules(model: Model, constraints: readonly ActiveConstraint[]): ActiveConstraint[] {
  return constraints.filter(({ form }) => {
    const anchors = new Set(form.joins?.map((v) => anchorOf(model.vms[v])).filter((host) => host >= 0));
    return anchors.size > 1;
  });
}

/** The same rule without joining its VMs into one unit: each stays, or comes nearer. */
const loosened = (constraint: ActiveConstraint): ActiveConstraint => ({
  ...constraint,
  form: { bind: (model, units) => constraint.form.bind(model, units) },
});

/** Construct and repair: the world as it is, with what has no host placed and what is broken mended. */
export function settleDown(
  model: Model,
  constraints: readonly ActiveConstraint[],
  { maxMoves, ...control }: SolveOptions,
): Solution {
  const { seed } = model.request.config;
  let active = constraints;
  let { search, unplaced } = placeAll(buildProblem(model, active), seed, control, { maxMoves, thorough: true });
  const split = splitRules(model, active);
  if (unplaced.length > 0 && split.length > 0) {
    // VMs that a rule wants together but that run apart can't all be joined: leave such rules as the world has them.
    active = active.map((constraint) => (split.includes(constraint) ? loosened(constraint) : constraint));
    ({ search, unplaced } = placeAll(buildProblem(model, active), seed, control, { maxMoves, thorough: true }));
  }
  if (unplaced.length === 0) repair(search, control);
  return { search, table: null, unplaced, constraints: active };
}

/**
 * Construct, repair, improve, trim. Deterministic: the seed only steers where room is looked for when the
 * construction leaves a VM over.
 */
export async function solve(
  model: Model,
  constraints: readonly ActiveConstraint[],
  options: SolveOptions,
): Promise<Solution> {
  const settled = settleDown(model, constraints, options);
  const { search, unplaced } = settled;
  let table: MoveTable | null = null;
  if (unplaced.length === 0) {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      table = await improve(search, () => MoveTable.of(search, options.device, options.signal), options);
      const trimmed = trim(search);
      // What improved may have opened a way to mend what nothing could before.
      const mended = repair(search, options);
      if (!trimmed && !mended) break;
      table = null;
      if (isCut(options)) break;
    }
  }
  return { ...settled, table };
}
