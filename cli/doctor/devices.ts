import type { DeviceReport } from "../../engine/compute";
import type { Context } from "../command";
import { lazy } from "../lazy";
import type { Check } from "./check";

/** Every device opened, self-tested and raced; the plain loop must work, the others may. */
export async function checkDevices(context: Context): Promise<Check[]> {
  const reports = await context.steps.run("testing and racing compute devices", () =>
    lazy.compute().describeDevices(undefined, { signal: context.signal }),
  );
  return reports.map(deviceCheck);
}

function deviceCheck(report: DeviceReport): Check {
  const name = `device ${report.name}`;
  const race = report.race ? `, ${report.race.medianMs.toFixed(1)} ms per scoring` : "";
  const adapter = report.adapter ? ` on ${report.adapter}` : "";
  const detail = `${report.verdict}${adapter}${report.chosen ? "" : race} (self-test ${report.selfTest})`;
  if (report.available) return { name, status: "ok", detail };
  if (report.name === "plain") return { name, status: "error", detail, next: "report this as a defect" };
  return {
    name,
    status: "warning",
    detail,
    next: "optional, since every device gives the same plans; WebGPU needs a Vulkan, Metal or Direct3D 12 driver",
  };
}
