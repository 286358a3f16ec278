import type { Classes, HostClass } from "./host-classes";
import type { NodeChanges } from "./node-changes";
import { solvePositive } from "./solve-positive";

/**
 * What a VM of each type is worth to its taker, in pieces, and what a move costs: under these prices every host can
 * choose for itself (Lagrangian relaxation of "what is given is taken" and of the limit on moves).
 */
export interface Prices {
  readonly types: Float64Array;
  readonly move: number;
}

export interface Priced {
  readonly prices: Prices;
  /** No plan gains more pieces. */
  readonly bound: number;
  /** [class] how many of its hosts would do something, on average, where each chooses by chance near its best. */
  readonly busy: readonly number[];
}

/** What a change of a node is worth under the prices, in pieces. */
export function changeValue(changes: NodeChanges, c: number, prices: Prices): number {
  let value = changes.pieces[c] - prices.move * changes.moves[c];
  for (let i = changes.starts[c]; i < changes.starts[c + 1]; i++) {
    value += prices.types[changes.types[i]] * changes.amounts[i];
  }
  return value;
}

/** What a spread is worth beside its nodes' changes. */
export function spreadValue(spread: HostClass["spreads"][number], prices: Prices): number {
  return spread.parts.reduce((sum, { type, amount }) => sum + amount * prices.types[type], -prices.move * spread.moves);
}

/** Softness of the hosts' choices, in pieces: each step ends nearer to the true bound. */
const TEMPERATURES = [0.4, 0.15, 0.06, 0.025, 0.01];
const NEWTON_STEPS = 10;
/** No price changes by more than this in one step, in pieces. */
const MAX_STEP = 0.5;
/** Choices rarer than this are left out of the derivatives. */
const RARE = 1e-6;

/**
 * Prices near those that make the bound least, and the bound: no plan within `limit` moves gains more pieces. The bound
 * is a sum of maxima, so it is softened (log-sum-exp: each host chooses by chance) and brought down by Newton's method
 * while the temperature falls.
 */
export function findPrices(classes: Classes, limit: number, stop: () => boolean): Priced {
  const count = classes.types.length;
  let prices: Prices = { types: new Float64Array(count), move: 0.5 };
  let best = { prices, bound: hardBound(classes, prices, limit) };
  let busy = classes.list.map(({ hosts }) => hosts.length);
  for (const temperature of TEMPERATURES) {
    let soft = soften(classes, prices, limit, temperature);
    for (let step = 0; step < NEWTON_STEPS && !stop(); step++) {
      const { gradient, hessian } = derivatives(classes, soft, prices, limit);
      const direction = solvePositive(hessian, gradient, count + 1);
      let decrease = 0;
      for (let i = 0; i <= count; i++) {
        direction[i] = Math.max(-MAX_STEP, Math.min(MAX_STEP, direction[i]));
        decrease += direction[i] * gradient[i];
      }
      if (decrease < 1e-3) break;
      let moved = false;
      for (let length = 1; length > 0.01; length /= 2) {
        const next: Prices = {
          types: prices.types.map((price, t) => price - length * direction[t]),
          move: Math.max(0, prices.move - length * direction[count]),
        };
        const there = soften(classes, next, limit, temperature);
        if (!(there.value < soft.value - 1e-4 * length * decrease)) continue;
        [prices, soft, moved] = [next, there, true];
        break;
      }
      if (!moved) break;
    }
    const bound = hardBound(classes, prices, limit);
    if (bound >= best.bound) continue;
    best = { prices, bound };
    busy = classes.list.map(
      ({ hosts, pieces }, k) => hosts.length * (1 - Math.exp(pieces / temperature - soft.classLogs[k])),
    );
  }
  return { ...best, busy };
}

/** The bound under these prices: every host's best choice, and the price of all moves. */
function hardBound(classes: Classes, prices: Prices, limit: number): number {
  const tops = classes.nodes.map((changes) => {
    let top = -Infinity;
    for (let c = 0; c < changes.count; c++) top = Math.max(top, changeValue(changes, c, prices));
    return top;
  });
  let bound = prices.move * limit;
  for (const { hosts, pieces, spreads } of classes.list) {
    let most = -Infinity;
    for (const spread of spreads) {
      let value = spreadValue(spread, prices) - pieces;
      for (const { index } of spread.nodes) value += tops[index];
      most = Math.max(most, value);
    }
    bound += hosts.length * most;
  }
  return bound;
}

/** The soft bound, and the logarithms of the sums of weights that it is made of. */
interface Soft {
  readonly value: number;
  readonly temperature: number;
  /** [node] */
  readonly nodeLogs: Float64Array;
  /** [class][spread] */
  readonly spreadLogs: readonly Float64Array[];
  /** [class] */
  readonly classLogs: Float64Array;
}

function soften(classes: Classes, prices: Prices, limit: number, temperature: number): Soft {
  const nodeLogs = new Float64Array(classes.nodes.length);
  const values = new Float64Array(classes.nodes.reduce((most, { count }) => Math.max(most, count), 0));
  for (const changes of classes.nodes) {
    for (let c = 0; c < changes.count; c++) values[c] = changeValue(changes, c, prices) / temperature;
    nodeLogs[changes.index] = logSum(values, changes.count);
  }
  let value = prices.move * limit;
  const classLogs = new Float64Array(classes.list.length);
  const spreadLogs = classes.list.map(({ hosts, pieces, spreads }, k) => {
    const logs = Float64Array.from(spreads, (spread) => {
      let log = spreadValue(spread, prices) / temperature;
      for (const { index } of spread.nodes) log += nodeLogs[index];
      return log;
    });
    classLogs[k] = logSum(logs, logs.length);
    value += hosts.length * (temperature * classLogs[k] - pieces);
    return logs;
  });
  return { value, temperature, nodeLogs, spreadLogs, classLogs };
}

function logSum(values: Float64Array, count: number): number {
  let top = -Infinity;
  for (let i = 0; i < count; i++) if (values[i] > top) top = values[i];
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(values[i] - top);
  return top + Math.log(sum);
}

/** First and second derivatives of the soft bound by the prices of the types and, last, of a move. */
function derivatives(classes: Classes, soft: Soft, prices: Prices, limit: number) {
  const size = classes.types.length + 1;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const mean = new Float64Array(size);
  const own = new Float64Array(size);
  const known = new Map<number, Moments>();
  gradient[size - 1] = limit;
  classes.list.forEach(({ hosts, spreads }, k) => {
    const times = hosts.length / soft.temperature;
    mean.fill(0);
    spreads.forEach((spread, s) => {
      const weight = Math.exp(soft.spreadLogs[k][s] - soft.classLogs[k]);
      if (weight < RARE) return;
      own.fill(0);
      // The price of a move counts against each.
      own[size - 1] = -spread.moves;
      for (const { type, amount } of spread.parts) own[type] += amount;
      for (const node of spread.nodes) {
        let moments = known.get(node.index);
        if (!moments) known.set(node.index, (moments = momentsOf(node, soft, prices, size)));
        for (let i = 0; i < size; i++) own[i] += moments.mean[i];
        for (let i = 0; i < size * size; i++) hessian[i] += times * weight * moments.covariance[i];
      }
      for (let i = 0; i < size; i++) {
        mean[i] += weight * own[i];
        for (let j = 0; j < size; j++) hessian[i * size + j] += times * weight * own[i] * own[j];
      }
    });
    for (let i = 0; i < size; i++) {
      gradient[i] += hosts.length * mean[i];
      for (let j = 0; j < size; j++) hessian[i * size + j] -= times * mean[i] * mean[j];
    }
  });
  return { gradient, hessian };
}

/** Mean and covariance of what a node gives and takes when it chooses by chance. */
interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

function momentsOf(changes: NodeChanges, soft: Soft, prices: Prices, size: number): Moments {
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  const last = size - 1;
  for (let c = 0; c < changes.count; c++) {
    const weight = Math.exp(changeValue(changes, c, prices) / soft.temperature - soft.nodeLogs[changes.index]);
    if (weight < RARE) continue;
    const moves = -changes.moves[c];
    mean[last] += weight * moves;
    covariance[last * size + last] += weight * moves * moves;
    for (let i = changes.starts[c]; i < changes.starts[c + 1]; i++) {
      const [a, x] = [changes.types[i], changes.amounts[i]];
      mean[a] += weight * x;
      covariance[a * size + last] += weight * x * moves;
      covariance[last * size + a] += weight * x * moves;
      for (let j = changes.starts[c]; j < changes.starts[c + 1]; j++) {
        covariance[a * size + changes.types[j]] += weight * x * changes.amounts[j];
      }
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) covariance[i * size + j] -= mean[i] * mean[j];
  }
  return { mean, covariance };
}
