/** Mean pinball loss of forecasts of one quantile (Koenker and Bassett 1978), in the unit of the values. */
export function pinballLoss(forecasts: ArrayLike<number>, values: ArrayLike<number>, quantile: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const residual = values[i] - forecasts[i];
    sum += residual > 0 ? quantile * residual : (quantile - 1) * residual;
  }
  return sum / values.length;
}
