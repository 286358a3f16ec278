import type { CliCommand } from "../command";
import { applyCommand } from "./apply";
import { doctorCommand } from "./doctor";
import { driftCommand } from "./drift";
import { explainCommand } from "./explain";
import { exportCommand } from "./export";
import { importCommand } from "./import";
import { planCommand } from "./plan";
import { quickstartCommand } from "./quickstart";

/** Every command, in the order in which `--help` lists them. */
export const commands: readonly CliCommand[] = [
  quickstartCommand,
  doctorCommand,
  exportCommand,
  importCommand,
  planCommand,
  explainCommand,
  driftCommand,
  applyCommand,
];
