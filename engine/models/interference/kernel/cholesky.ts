/** In place: the lower triangle of row-major `a` (n × n, symmetric) becomes L of L Lᵀ. False if not positive definite. */
export function cholesky(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      if (i !== j) {
        a[i * n + j] = sum / a[j * n + j];
        continue;
      }
      if (!(sum > 0)) return false;
      a[i * n + i] = Math.sqrt(sum);
    }
  }
  return true;
}

/** Solves L x = b in place. */
export function solveLower(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= l[i * n + k] * b[k];
    b[i] = sum / l[i * n + i];
  }
}

/** Solves Lᵀ x = b in place. */
export function solveUpper(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    b[i] /= l[i * n + i];
    const value = b[i];
    for (let k = 0; k < i; k++) b[k] -= l[i * n + k] * value;
  }
}

/** (L Lᵀ)⁻¹, both triangles: rows of L⁻¹ are found first, so that every inner loop runs along a row. */
export function inverseOf(l: Float64Array, n: number): Float64Array {
  // [column][row]: column j of L⁻¹ is contiguous.
  const columns = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    columns[j * n + j] = 1 / l[j * n + j];
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= l[i * n + k] * columns[j * n + k];
      columns[j * n + i] = sum / l[i * n + i];
    }
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += columns[i * n + k] * columns[j * n + k];
      inverse[i * n + j] = inverse[j * n + i] = sum;
    }
  return inverse;
}
