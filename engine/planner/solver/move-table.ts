import type { Device, MoveScoring } from "../../compute/device";
import type { BoundObjective } from "../objectives";
import type { Search } from "./search";

/** Sums of the wide kernel stay whole in 32-bit floats below this. */
const EXACT = 2 ** 24;

/** The kernel's input for the present state; null where its sums could pass what 32-bit floats hold exactly. */
export function scoringOf(search: Search): MoveScoring | null {
  const { problem, state } = search;
  const { model, units } = problem;
  if (problem.sizes.some((size) => 4 * size >= EXACT)) return null;
  let most = 0;
  for (const load of state.load) most = Math.max(most, load);
  const tallest = problem.peaks.reduce((a, b) => Math.max(a, b), 0);
  if (4 * (most + tallest) >= EXACT) return null;
  return {
    vms: units.count,
    hosts: problem.hosts,
    resources: model.resources.length,
    slots: model.slots,
    demand: problem.demand,
    load: Float32Array.from(state.load),
    safe: model.safe,
    capacity: model.capacity,
    current: Int32Array.from(state.hostOf),
  };
}

/**
 * Change of cost of every unit on every host, [unit][host], kept true as units move. The first scores come from the
 * device, all at once; after a move only the rows and columns that it touched are scored again.
 */
export class MoveTable {
  /** [unit] no delta to another host is less: a bound, as tight as the last look at the whole row. */
  private readonly least: Float64Array;
  /** [unit] the objectives that have a say about it. */
  private readonly judges: readonly (readonly BoundObjective[])[];

  private constructor(
    private readonly search: Search,
    readonly deltas: Float64Array,
    private readonly scores: Float32Array,
  ) {
    const { count } = search.problem.units;
    this.least = new Float64Array(count);
    const { objectives } = search;
    const always = objectives.filter(({ concerns }) => !concerns);
    this.judges = Array.from({ length: count }, (_, unit) => {
      const some = objectives.some(({ concerns }) => concerns?.(unit));
      return some ? objectives.filter(({ concerns }) => !concerns || concerns(unit)) : always;
    });
  }

  static async of(search: Search, device: Device, signal?: AbortSignal): Promise<MoveTable> {
    const { units, hosts } = search.problem;
    const scoring = scoringOf(search);
    signal?.throwIfAborted();
    const scores =
      scoring && units.count > 0 ? await device.scoreMoves(scoring) : new Float32Array(units.count * hosts);
    const table = new MoveTable(search, new Float64Array(units.count * hosts), scores);
    for (let unit = 0; unit < units.count; unit++) {
      if (!scoring) {
        for (let host = 0; host < hosts; host++) scores[unit * hosts + host] = search.state.score(unit, host);
      }
      table.evaluate(unit);
    }
    return table;
  }

  /** Whether some host may change the cost by less than `limit`: false is certain. */
  mayBeBelow(unit: number, limit: number): boolean {
    return this.least[unit] < limit && this.tighten(unit) < limit;
  }

  private tighten(unit: number): number {
    const { hosts } = this.search.problem;
    const home = this.search.state.hostOf[unit];
    let least = Infinity;
    for (let host = 0, i = unit * hosts; host < hosts; host++, i++) {
      if (this.deltas[i] < least && host !== home) least = this.deltas[i];
    }
    return (this.least[unit] = least);
  }

  /** Change of one objective's cost, for explanations. */
  byObjective(unit: number, host: number): Record<string, number> {
    const { relief, intake, from } = this.pair(unit, host);
    const changes: Record<string, number> = {};
    for (const objective of this.search.objectives) {
      changes[objective.name] = objective.delta(unit, from, host, relief, intake);
    }
    return changes;
  }

  /** Tells the table that `units` have gone from some of these hosts to others of them. */
  moved(units: readonly number[], hosts: readonly number[]): void {
    const { problem, state } = this.search;
    const rows = new Set(units.flatMap((unit) => [...this.search.linked(unit)]));
    for (const host of hosts) for (const other of state.unitsOn[host]) rows.add(other);
    for (let other = 0; other < problem.units.count; other++) {
      for (const host of hosts) this.scores[other * problem.hosts + host] = state.score(other, host);
      if (rows.has(other)) this.evaluate(other);
      else for (const host of hosts) this.evaluatePair(other, host);
    }
  }

  private evaluate(unit: number): void {
    const { hosts } = this.search.problem;
    const from = this.search.state.hostOf[unit];
    const at = unit * hosts;
    const relief = from < 0 ? 0 : this.scores[at + from];
    this.deltas.fill(0, at, at + hosts);
    for (const objective of this.judges[unit]) {
      if (objective.addDeltas) objective.addDeltas(unit, from, relief, this.scores, this.deltas, at);
      else {
        for (let host = 0; host < hosts; host++) {
          if (host !== from)
            this.deltas[at + host] += objective.delta(unit, from, host, relief, this.scores[at + host]);
        }
      }
    }
    if (from >= 0) this.deltas[at + from] = 0;
    this.tighten(unit);
  }

  private pair(unit: number, host: number) {
    const { hosts } = this.search.problem;
    const from = this.search.state.hostOf[unit];
    return {
      from,
      relief: from < 0 ? 0 : this.scores[unit * hosts + from],
      intake: this.scores[unit * hosts + host],
    };
  }

  private evaluatePair(unit: number, host: number): void {
    const { from, relief, intake } = this.pair(unit, host);
    let delta = 0;
    if (from !== host) {
      for (const objective of this.judges[unit]) delta += objective.delta(unit, from, host, relief, intake);
    }
    this.deltas[unit * this.search.problem.hosts + host] = delta;
    if (from !== host && delta < this.least[unit]) this.least[unit] = delta;
  }
}
