import type { Arm } from "../../../engine/backtest";

/** Who might have looked after the cluster, for tables and charts. */
export const ARMS: readonly { readonly arm: Arm; readonly name: string; readonly short: string }[] = [
  { arm: "asItWas", name: "as it was: no move", short: "no move" },
  { arm: "reactive", name: "reactive: hosts above 85 % give VMs away", short: "reactive" },
  { arm: "planned", name: "planned: this planner, its forecasts, this configuration", short: "planned" },
];
