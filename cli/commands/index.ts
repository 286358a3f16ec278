import type { CliCommand } from "../command";
import { applyCommand } from "./apply";
import { backtestCommand } from "./backtest";
import { checkCommand } from "./check";
import { doctorCommand } from "./doctor";
import { driftCommand } from "./drift";
import { explainCommand } from "./explain";
import { exportCommand } from "./export";
import { importCommand } from "./import";
import { initCommand } from "./init";
import { planCommand } from "./plan";
import { policiesCommand } from "./policies";
import { quickstartCommand } from "./quickstart";
import { reportCommand } from "./report";
import { trainCommand } from "./train";

/** Every command, in the order in which `--help` lists them. */
export const commands: readonly CliCommand[] = [
  quickstartCommand,
  initCommand,
  doctorCommand,
  exportCommand,
  importCommand,
  trainCommand,
  backtestCommand,
  planCommand,
  explainCommand,
  reportCommand,
  driftCommand,
  applyCommand,
  policiesCommand,
  checkCommand,
];
