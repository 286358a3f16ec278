import { AffinityError } from "../../engine/errors";
import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { type Check, failedCheck } from "../doctor/check";
import { checkDevices } from "../doctor/devices";
import { checkInventory } from "../doctor/inventory";
import { checkModels } from "../doctor/models";
import { checkPulumi } from "../doctor/pulumi";
import { checkTelemetry, withMetricsFolded } from "../doctor/telemetry";
import { ExitCode } from "../exit";
import { addInventoryOptions, addTelemetryOptions, type WorldFlags } from "../options";
import { printable } from "../table";
import { wrap } from "../wrap";

const INDENT = " ".repeat(9);
const MARK = { ok: "ok     ", warning: "warning", error: "ERROR  " } as const;

/** Whether everything that a run needs is there, and what to do where it is not. */
export const doctorCommand: CliCommand<WorldFlags> = {
  name: "doctor",
  summary: "check inventory, telemetry, devices and the Pulumi CLI, and say what to do next",
  examples: ["vsphere-affinity doctor --vcenter vc.example.com --telemetry http://influx:8086/telegraf"],
  configure(command) {
    addInventoryOptions(command);
    addTelemetryOptions(command);
  },
  async run(context, flags) {
    const checks: Check[] = [];
    const add = (...found: Check[]) => {
      checks.push(...found);
      if (context.output.json) return;
      for (const check of withMetricsFolded(found)) context.output.line(format(check, context.output.proseColumns));
    };
    let settings: ReturnType<typeof loadSettings> | undefined;
    try {
      settings = loadSettings(flags, context.environment);
      add({ name: "settings", status: "ok", detail: "valid" });
    } catch (error) {
      const failed = failedCheck("settings", error);
      // On a fresh machine nothing is configured yet; the rest can be looked at all the same.
      const fresh = error instanceof AffinityError && error.code === "INVENTORY_MISSING";
      add(fresh ? { ...failed, status: "warning" } : failed);
    }
    const snapshot = settings && (await checkInventory(context, settings, add));
    if (settings) add(...(await checkTelemetry(context, settings, snapshot ?? null)));
    if (settings) add(...(await checkModels(context, settings, snapshot ?? null)));
    add(...(await checkDevices(context)));
    add(...(await checkPulumi(context)));
    if (context.output.json) context.output.result({ checks }, () => "");
    return checks.some((check) => check.status === "error") ? ExitCode.error : ExitCode.clean;
  },
};

function format({ name, status, detail, next }: Check, width: number): string {
  const lines = wrap(printable(`${MARK[status]}  ${name}: ${detail}`), width, INDENT);
  if (next) lines.push(...wrap(printable(`${INDENT}-> ${next}`), width, `${INDENT}   `));
  return lines.join("\n");
}
