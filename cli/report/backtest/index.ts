export { ARMS } from "./arms";
export { type BacktestReport, renderBacktest } from "./page";
