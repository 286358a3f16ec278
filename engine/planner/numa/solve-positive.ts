/**
 * x with (A + ridge) x = b for a symmetric positive semidefinite A, [size][size]: Cholesky's decomposition. The ridge,
 * a small share of the diagonal, keeps directions in which A says nothing from running away.
 */
export function solvePositive(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const l = Float64Array.from(a);
  for (let i = 0; i < size; i++) l[i * size + i] += 1e-6 + 1e-4 * a[i * size + i] + (a[i * size + i] < 1e-9 ? 1 : 0);
  for (let j = 0; j < size; j++) {
    for (let k = 0; k < j; k++) l[j * size + j] -= l[j * size + k] ** 2;
    l[j * size + j] = Math.sqrt(Math.max(1e-12, l[j * size + j]));
    for (let i = j + 1; i < size; i++) {
      for (let k = 0; k < j; k++) l[i * size + j] -= l[i * size + k] * l[j * size + k];
      l[i * size + j] /= l[j * size + j];
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i * size + k] * x[k];
    x[i] /= l[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i] -= l[k * size + i] * x[k];
    x[i] /= l[i * size + i];
  }
  return x;
}
