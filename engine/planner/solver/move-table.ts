import type { Device, MoveScoring } from "../../compute/device";
import type { Search } from "./search";

/** Sums of the wide kernel stay whole in 32-bit floats below this. */
const EXACT = 2 ** 24;

/** The kernel's input for the present state; null where its sums could pass what 32-bit floats hold exactly. */
export function scoringOf(search: Search): MoveScoring | null {
  const { problem, state } = search;
  const { model, units, width } = problem;
  for (let unit = 0; unit < units.count; unit++) {
    let sum = 0;
    for (let i = unit * width; i < (unit + 1) * width; i++) sum += problem.demand[i];
    if (4 * sum >= EXACT) return null;
  }
  let most = 0;
  for (const load of state.load) most = Math.max(most, load);
  const tallest = problem.demand.reduce((a, b) => Math.max(a, b), 0);
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
  private constructor(
    private readonly search: Search,
    readonly deltas: Float64Array,
    private readonly scores: Float32Array,
  ) {}

  static async of(search: Search, device: Device, signal?: AbortSignal): Promise<MoveTable> {
    const { units, hosts } = search.problem;
    const scoring = scoringOf(search);
    signal?.throwIfAborted();
    const scores =
      scoring && units.count > 0 ? await device.scoreMoves(scoring) : new Float32Array(units.count * hosts);
    const table = new MoveTable(search, new Float64Array(units.count * hosts), scores);
    for (let unit = 0; unit < units.count; unit++) {
      for (let host = 0; host < hosts; host++) {
        if (!scoring) scores[unit * hosts + host] = search.state.score(unit, host);
      }
      table.evaluate(unit);
    }
    return table;
  }

  /** Change of one objective's cost, for explanations. */
  byObjective(unit: number, host: number): Record<string, number> {
    const { relief, intake, from } = this.pair(unit, host);
    return Object.fromEntries(
      this.search.objectives.map((objective) => [objective.name, objective.delta(unit, from, host, relief, intake)]),
    );
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
    for (let host = 0; host < this.search.problem.hosts; host++) this.evaluatePair(unit, host);
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
      for (const objective of this.search.objectives) delta += objective.delta(unit, from, host, relief, intake);
    }
    this.deltas[unit * this.search.problem.hosts + host] = delta;
  }
}
