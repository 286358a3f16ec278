/** A matrix as a product of two thin ones. */
export interface LowRank {
  readonly rank: number;
  /** [row][rank] */
  readonly left: Float64Array;
  /** [column][rank] */
  readonly right: Float64Array;
}

/**
 * The fewest singular vectors that give every entry of the n × n matrix to within `tolerance`: `left` is projected on
 * eigenvectors of MᵀM, which the cyclic Jacobi method finds (Golub and Van Loan, "Matrix Computations", 8.5).
 */
export function lowRank(matrix: Float64Array, n: number, tolerance: number): LowRank {
  const vectors = eigenvectors(gramOf(matrix, n), n);
  for (let rank = 1; rank <= n; rank++) {
    const candidate = project(matrix, n, vectors, rank);
    if (rank === n || worstError(matrix, n, candidate) <= tolerance) return candidate;
  }
  return { rank: 0, left: new Float64Array(0), right: new Float64Array(0) };
}

function gramOf(m: Float64Array, n: number): Float64Array {
  const gram = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) gram[i * n + j] += m[k * n + i] * m[k * n + j];
  return gram;
}

/** Columns are eigenvectors of the symmetric `a`, by falling eigenvalue; `a` is used up. */
function eigenvectors(a: Float64Array, n: number): Float64Array {
  const v = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q];
        off += apq * apq;
        if (Math.abs(apq) < 1e-300) continue;
        const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        rotate(a, v, n, p, q, c, t * c);
      }
    if (off < 1e-24) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  return Float64Array.from({ length: n * n }, (_, i) => v[Math.floor(i / n) * n + order[i % n]]);
}

function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  const turn = (m: Float64Array, i: number, j: number) => {
    const [x, y] = [m[i], m[j]];
    m[i] = c * x - s * y;
    m[j] = s * x + c * y;
  };
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k);
  for (let k = 0; k < n; k++) turn(v, k * n + p, k * n + q);
}

function project(m: Float64Array, n: number, vectors: Float64Array, rank: number): LowRank {
  const right = Float64Array.from({ length: n * rank }, (_, i) => vectors[Math.floor(i / rank) * n + (i % rank)]);
  const left = new Float64Array(n * rank);
  for (let i = 0; i < n; i++)
    for (let r = 0; r < rank; r++) for (let j = 0; j < n; j++) left[i * rank + r] += m[i * n + j] * right[j * rank + r];
  return { rank, left, right };
}

function worstError(m: Float64Array, n: number, { rank, left, right }: LowRank): number {
  let worst = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let value = 0;
      for (let r = 0; r < rank; r++) value += left[i * rank + r] * right[j * rank + r];
      worst = Math.max(worst, Math.abs(value - m[i * n + j]));
    }
  return worst;
}
