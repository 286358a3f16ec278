import type { HourlyHistory } from "../history";
import { HOUR, rowOf } from "../history";
import type { HostEvent } from "./events";
import { unplannedRestarts } from "./signals";

/** Restarts of hosts that had not been emptied, as telemetry shows them, on the hour: failures where no log tells. */
export function restartEvents(history: HourlyHistory): HostEvent[] {
  const end = (history.firstHour + history.hours) * HOUR;
  return history.entities.flatMap((host, row) =>
    unplannedRestarts(rowOf(history, "hostUptimeSeconds", row), rowOf(history, "hostCpuPercent", row)).map((age) => ({
      ...{ host, kind: "haRestart" as const, at: end - age * HOUR, until: null, cause: "unknown" as const },
    })),
  );
}
