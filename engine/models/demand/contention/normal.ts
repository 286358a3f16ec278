/** P(Z > z) of the standard normal distribution; Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

const NODES = 97;
const REACH = 6;

/** Points and weights for the mean of a smooth function of a standard normal variable: the trapezoid rule on ±6. */
export const NORMAL_NODES: readonly { readonly at: number; readonly weight: number }[] = (() => {
  const at = (i: number) => -REACH + (2 * REACH * i) / (NODES - 1);
  const density = Array.from({ length: NODES }, (_, i) => Math.exp(-(at(i) ** 2) / 2));
  const total = density.reduce((sum, value) => sum + value, 0);
  return density.map((value, i) => ({ at: at(i), weight: value / total }));
})();
