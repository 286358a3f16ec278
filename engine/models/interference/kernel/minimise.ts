/** A function and its gradient; an infinite value marks a point outside its domain. */
export type Objective = (x: Float64Array) => { readonly value: number; readonly gradient: Float64Array };

const MEMORY = 10;
const SUFFICIENT = 1e-4;

/**
 * Limited-memory BFGS with a backtracking line search (Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithms
 * 7.4 and 3.1). Ends when a step gains less than `tolerance`, or after `iterations`.
 */
export function minimise(objective: Objective, start: Float64Array, iterations = 60, tolerance = 1e-4): Float64Array {
  let x = Float64Array.from(start);
  let at = objective(x);
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const direction = descent(at.gradient, pairs);
    let slope = dot(direction, at.gradient);
    if (!(slope < 0)) {
      pairs.length = 0;
      direction.set(at.gradient.map((value) => -value));
      slope = -dot(at.gradient, at.gradient);
    }
    if (slope === 0) break;
    // The first direction is the gradient, whose length says nothing of the distance.
    let step = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let next = x;
    let there = at;
    for (let halvings = 0; halvings < 30; halvings++, step /= 2) {
      next = x.map((value, i) => value + step * direction[i]);
      there = objective(next);
      if (there.value <= at.value + SUFFICIENT * step * slope) break;
    }
    if (!(there.value < at.value)) break;
    const gain = at.value - there.value;
    const s = next.map((value, i) => value - x[i]);
    const y = there.gradient.map((value, i) => value - at.gradient[i]);
    const curvature = dot(s, y);
    if (curvature > 1e-10) {
      pairs.push({ s, y, rho: 1 / curvature });
      if (pairs.length > MEMORY) pairs.shift();
    }
    x = next;
    at = there;
    if (gain < tolerance) break;
  }
  return x;
}

function descent(gradient: Float64Array, pairs: readonly { s: Float64Array; y: Float64Array; rho: number }[]) {
  const q = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = pairs[i];
    alphas[i] = rho * dot(s, q);
    for (let k = 0; k < q.length; k++) q[k] -= alphas[i] * y[k];
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let k = 0; k < q.length; k++) q[k] *= scale;
  }
  pairs.forEach(({ s, y, rho }, i) => {
    const beta = rho * dot(y, q);
    for (let k = 0; k < q.length; k++) q[k] += s[k] * (alphas[i] - beta);
  });
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
