import { join } from "node:path";
import { type HostCause, type HostEvent, type HostEventLog, hostEventLog } from "../../engine/models/failure/events";
import { readMaybePacked } from "./data";

export const LANL_FILE = "lanl/LA-UR-05-7318-failure-data-1996-2005.csv.xz";
/** The cause's column in the file, and what it says where it says more, by what they mean here. */
const CAUSES: readonly (readonly [string, HostCause, RegExp?])[] = [
  ["Hardware", "processor", /^CPU$/],
  ["Hardware", "memory", /^Memory/],
  ["Hardware", "storage", /^(Disk|SAN|SCSI|RAID)/],
  ["Hardware", "hardware"],
  ["Software", "software"],
  ["Network", "network"],
  ["Human Error", "human"],
  ["Facilities", "facilities"],
];
const RACK = 32;

/** One system's failures, on midnights of its first day; nodes without a failure in the file are not in it. */
export async function lanlSystem(
  folder: string,
  system: number,
): Promise<{ log: HostEventLog; start: number; days: number }> {
  const text = (await readMaybePacked(join(folder, LANL_FILE))).toString("utf8");
  const [head, ...lines] = text.trimEnd().split(/\r?\n/);
  const columns = head.split(",");
  const at = (name: string) => columns.indexOf(name);
  const events: HostEvent[] = [];
  for (const line of lines) {
    const fields = line.split(",");
    if (Number(fields[at("System")]) !== system) continue;
    const started = timeOf(fields[at("Prob Started")]);
    if (started === null) continue;
    const fixed = timeOf(fields[at("Prob Fixed")]);
    events.push({
      host: fields[at("nodenumz")],
      kind: "failure",
      at: started,
      until: fixed !== null && fixed >= started ? fixed : null,
      cause:
        CAUSES.find(([column, , says]) => fields[at(column)] && (says?.test(fields[at(column)]) ?? true))?.[1] ??
        "unknown",
    });
  }
  const nodes = [...new Set(events.map(({ host }) => Number(host)))].sort((a, b) => a - b);
  const places = nodes.map((node) => ({
    ...{ id: String(node), site: `system ${system}`, group: `rack ${Math.floor(node / RACK)}`, number: node },
  }));
  const log = hostEventLog(places, events);
  const start = Math.floor(log.at[0] / 86_400) * 86_400;
  return { log, start, days: Math.floor((log.at[log.at.length - 1] - start) / 86_400) };
}

/** "6/21/2005 10:54" as epoch seconds, as if in UTC: the file doesn't say its zone. */
function timeOf(text: string | undefined): number | null {
  const match = /^(\d+)\/(\d+)\/(\d{4}) (\d+):(\d+)$/.exec(text ?? "");
  if (!match) return null;
  const [month, day, year, hour, minute] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute) / 1000;
}
