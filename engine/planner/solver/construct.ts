import type { Search } from "./search";

/** Units looked at together: enough to see who has few choices left, few enough to stay fast with thousands. */
const WINDOW = 256;

interface Row {
  readonly unit: number;
  /** [host] change of cost if it went there; NaN where it doesn't fit. */
  readonly deltas: Float64Array;
  best: number;
  second: number;
}

/**
 * Places units that have no host: those with the fewest hosts and the largest needs come first into the window, and
 * in it the one that would lose most by waiting goes next (regret insertion).
 * Gives the units for which no host was left.
 */
export function construct(search: Search, units: readonly number[]): number[] {
  const { state, problem } = search;
  const queue = byHardness(search, units);
  const failed: number[] = [];
  const window = new Map<number, Row>();

  const judge = (row: Row, host: number): void => {
    const possible = state.fits(row.unit, host) && search.affords(row.unit, host);
    row.deltas[host] = possible ? search.delta(row.unit, host) : NaN;
  };
  const rank = (row: Row): void => {
    row.best = row.second = -1;
    for (let h = 0; h < problem.hosts; h++) {
      const delta = row.deltas[h];
      if (Number.isNaN(delta)) continue;
      if (row.best < 0 || delta < row.deltas[row.best]) {
        row.second = row.best;
        row.best = h;
      } else if (row.second < 0 || delta < row.deltas[row.second]) row.second = h;
    }
  };
  const judgeAll = (row: Row): void => {
    for (let h = 0; h < problem.hosts; h++) judge(row, h);
    rank(row);
  };

  let next = 0;
  while (next < queue.length || window.size > 0) {
    while (window.size < WINDOW && next < queue.length) {
      const row = { unit: queue[next++], deltas: new Float64Array(problem.hosts), best: -1, second: -1 };
      judgeAll(row);
      window.set(row.unit, row);
    }
    let chosen: Row | null = null;
    let regret = -1;
    for (const row of window.values()) {
      const loss =
        row.best < 0 ? Infinity : row.second < 0 ? Number.MAX_VALUE : row.deltas[row.second] - row.deltas[row.best];
      if (loss > regret) [chosen, regret] = [row, loss];
    }
    const { unit, best } = chosen!;
    if (best >= 0 && !(state.fits(unit, best) && search.affords(unit, best))) {
      // What others took since (the cluster's room, the moves allowed) wasn't known when the row was judged.
      judgeAll(chosen!);
      continue;
    }
    window.delete(unit);
    if (best < 0) {
      failed.push(unit);
      continue;
    }
    search.move(unit, best);
    const linked = search.linked(unit);
    for (const row of window.values()) {
      if (linked.has(row.unit)) judgeAll(row);
      else {
        judge(row, best);
        rank(row);
      }
    }
  }
  return failed;
}

/** Fewest possible hosts first, then members of groups, then the largest; ties in the model's order. */
function byHardness(search: Search, units: readonly number[]): number[] {
  const { problem, state } = search;
  const { model } = problem;
  const mean = (values: (number | null)[]): number => {
    const known = values.filter((value) => value !== null);
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : Infinity;
  };
  const memory = mean(model.hosts.map((host) => host.memoryMb));
  const cores = mean(model.hosts.map((host) => host.cores)) * model.request.config.vcpusPerCore;
  const key = new Map(
    units.map((unit) => {
      let hosts = 0;
      for (let h = 0; h < problem.hosts; h++) hosts += problem.allowed[unit * problem.hosts + h];
      const members = problem.units.vms[unit].map((v) => model.vms[v]);
      const size = members.reduce((sum, vm) => sum + Math.max((vm.memoryMb ?? 0) / memory, (vm.vcpus ?? 0) / cores), 0);
      return [unit, { hosts, groups: state.linked(unit).length > 0 ? 1 : 0, size }] as const;
    }),
  );
  return [...units].sort((a, b) => {
    const [x, y] = [key.get(a)!, key.get(b)!];
    return x.hosts - y.hosts || y.groups - x.groups || y.size - x.size || a - b;
  });
}
