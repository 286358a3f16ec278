import assert from "node:assert/strict";
import fc from "fast-check";
import { cholesky, inverseOf, solveLower, solveUpper } from "../../../../engine/models/interference/kernel/cholesky";
import { type Row, covarianceGradient, pairCovariance } from "../../../../engine/models/interference/kernel/covariance";
import { exclusionProbability } from "../../../../engine/models/interference/kernel/exclusion";
import { minimise } from "../../../../engine/models/interference/kernel/minimise";
import { regress } from "../../../../engine/models/interference/kernel/regression";
import {
  PARAMETERS,
  PRIOR,
  chainRule,
  distancesOf,
  namedParameters,
  similaritiesOf,
} from "../../../../engine/models/interference/kernel/similarity";
import { lowRank } from "../../../../engine/models/interference/low-rank";
import { createRandom } from "../../../../engine/random";

const kinds = [
  { name: "db 2", family: "db", size: 1, intensity: 10 },
  { name: "db 8", family: "db", size: 3, intensity: 12 },
  { name: "web 2", family: "web", size: 1, intensity: 8 },
  { name: "batch", family: "batch", size: null, intensity: null },
];

function randomRows(seed: number, count: number): Row[] {
  const random = createRandom(seed, "rows");
  return Array.from({ length: count }, () => ({
    victim: random.integer(kinds.length),
    others: [
      { kind: random.integer(kinds.length), load: 0.2 + random.uniform() },
      { kind: random.integer(kinds.length), load: random.uniform() - 0.3 },
    ],
    lost: random.uniform(),
    precision: 0.5 + random.uniform(),
  }));
}

describe("linear algebra of the interference model", () => {
  it("inverts and solves positive definite systems", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer(), (n, seed) => {
        const random = createRandom(seed, "matrix");
        const half = Float64Array.from({ length: n * n }, () => random.normal());
        const product = (x: Float64Array, y: Float64Array, transposed: boolean) =>
          Float64Array.from({ length: n * n }, (_, i) => {
            let sum = 0;
            for (let k = 0; k < n; k++)
              sum += x[Math.floor(i / n) * n + k] * (transposed ? y[(i % n) * n + k] : y[k * n + (i % n)]);
            return sum;
          });
        const matrix = product(half, half, true).map((value, i) => value + (i % (n + 1) === 0 ? 0.5 : 0));
        const lower = Float64Array.from(matrix);
        assert.ok(cholesky(lower, n));
        product(matrix, inverseOf(lower, n), false).forEach((value, i) =>
          assert.ok(Math.abs(value - (i % (n + 1) === 0 ? 1 : 0)) < 1e-7),
        );
        const x = Float64Array.from({ length: n }, () => random.normal());
        const b = Float64Array.from(x, (_, i) => x.reduce((sum, value, k) => sum + matrix[i * n + k] * value, 0));
        solveLower(lower, n, b);
        solveUpper(lower, n, b);
        b.forEach((value, i) => assert.ok(Math.abs(value - x[i]) < 1e-7));
      }),
      { numRuns: 40 },
    );
    assert.equal(cholesky(Float64Array.of(1, 2, 2, 1), 2), false);
  });

  it("finds Rosenbrock's minimum, past points outside the domain", () => {
    const found = minimise(
      ([x, y]) => ({
        value: x > 1.5 ? Number.POSITIVE_INFINITY : (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
      }),
      Float64Array.of(-1.2, 1),
      500,
      1e-14,
    );
    assert.ok(Math.hypot(found[0] - 1, found[1] - 1) < 1e-4, String(found));
  });

  it("gives a matrix back in the rank that it has", () => {
    const random = createRandom(3, "rank");
    const [u, v] = [0, 1].map(() => Float64Array.from({ length: 9 * 2 }, () => random.normal()));
    const matrix = Float64Array.from({ length: 81 }, (_, i) => {
      const [row, column] = [Math.floor(i / 9), i % 9];
      return u[row * 2] * v[column * 2] + u[row * 2 + 1] * v[column * 2 + 1];
    });
    const { rank, left, right } = lowRank(matrix, 9, 1e-9);
    assert.equal(rank, 2);
    matrix.forEach((value, i) => {
      const [row, column] = [Math.floor(i / 9), i % 9];
      const given = left[row * 2] * right[column * 2] + left[row * 2 + 1] * right[column * 2 + 1];
      assert.ok(Math.abs(given - value) < 1e-9);
    });
  });
});

describe("the covariance of pairs", () => {
  const distances = distancesOf(kinds);

  it("has the gradient that differences show, for every parameter", () => {
    const rows = randomRows(1, 6);
    const random = createRandom(2, "point");
    const weights = Array.from({ length: 36 }, () => random.normal());
    const x = PRIOR.map((value) => value + 0.3 * random.normal());
    const sum = (at: Float64Array) => {
      const p = namedParameters(at);
      const covariance = pairCovariance(distances, p, similaritiesOf(distances, p));
      return weights.reduce((total, w, i) => total + w * covariance.rows(rows[Math.floor(i / 6)], rows[i % 6]), 0);
    };
    const p = namedParameters(x);
    const s = similaritiesOf(distances, p);
    const gradient = covarianceGradient(distances, p, s);
    weights.forEach((w, i) => gradient.add(rows[Math.floor(i / 6)], rows[i % 6], w));
    const parts = { ...chainRule(distances, p, s, gradient.matrices), ...gradient.scalars() };
    PARAMETERS.forEach(([name], i) => {
      if (name === "noise") return;
      const [up, down] = [1e-5, -1e-5].map((step) => sum(x.map((value, k) => (k === i ? value + step : value))));
      const difference = (up - down) / 2e-5;
      assert.ok(Math.abs((parts[name] ?? 0) - difference) < 1e-6, `${name}: ${parts[name]}, not ${difference}`);
    });
  });

  it("is symmetric and positive definite with noise", () => {
    const rows = randomRows(7, 40);
    const p = namedParameters(PRIOR);
    const covariance = pairCovariance(distances, p, similaritiesOf(distances, p));
    const matrix = Float64Array.from({ length: 1600 }, (_, i) =>
      covariance.rows(rows[Math.floor(i / 40)], rows[i % 40]),
    );
    matrix.forEach((value, i) => assert.ok(Math.abs(value - matrix[(i % 40) * 40 + Math.floor(i / 40)]) < 1e-12));
    for (let i = 0; i < 40; i++) matrix[i * 41] += 1e-9;
    assert.ok(cholesky(matrix, 40));
  });

  it("foretells left-out rows as a fit without them would", () => {
    const rows = randomRows(5, 14);
    const parameters = PRIOR;
    const left = regress(kinds, rows, parameters).leaveOut(() => [])[13];
    // One row more whose precision is next to nothing tells nothing, and keeps the mean as it was.
    const without = regress(kinds, [...rows.slice(0, 13), { ...rows[13], precision: 1e-12 }], parameters);
    const foretold = rows[13].others.reduce((sum, { kind, load }) => sum + load * without.lost[rows[13].victim * 4 + kind], 0); // prettier-ignore
    assert.ok(Math.abs(left - foretold) < 1e-4, `${left}, not ${foretold}`);
  });
});

describe("exclusion", () => {
  it("is learned from the sum of two needs, also for pairs that were never tried", () => {
    const jobs = Array.from({ length: 16 }, (_, i) => ({ name: `job ${i}`, family: i < 8 ? "big" : "small", size: i % 8, intensity: null })); // prettier-ignore
    const need = jobs.map(({ family, size }) => (family === "big" ? 2 : 0) + 0.5 * size);
    const fits = (a: number, b: number) => need[a] + need[b] < 6;
    const random = createRandom(4, "trials");
    const trials = Array.from({ length: 70 }, () => {
      const [a, b] = [random.integer(16), random.integer(16)];
      return { a, b, excluded: !fits(a, b) };
    });
    const probability = exclusionProbability(jobs, trials);
    const wrong = jobs.flatMap((_, a) => jobs.filter((__, b) => probability[a * 16 + b] > 0.5 === fits(a, b)));
    assert.ok(wrong.length < 20, `${wrong.length} of 256 wrong`);
    assert.ok(exclusionProbability(jobs, [{ a: 0, b: 1, excluded: false }]).every((value) => value === 0));
  });
});
