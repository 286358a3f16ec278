import { join } from "node:path";
import { type HostEvent, type HostEventLog, hostEventLog } from "../../engine/models/failure/events";
import { createRandom } from "../../engine/random";
import { readMaybePacked } from "./data";

export const GRID5000_FILE = "grid5000-fta/event_trace.tab.xz";
/** Shorter outages are no failures. */
const MIN_OUTAGE = 600;

/**
 * Failures of Grid5000's nodes: outages of at least ten minutes, by time. Many begin in the same second, and the file
 * lists them by node: those are shuffled, so that no order is learned that nobody could have observed.
 */
export async function grid5000(folder: string, seed: number): Promise<HostEventLog> {
  const text = (await readMaybePacked(join(folder, GRID5000_FILE))).toString("utf8");
  const nodes = new Map<number, string>();
  const events: (HostEvent & { readonly until: number })[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const fields = line.split("\t").map((field) => field.trim());
    if (fields[5] !== "0") continue;
    const [node, at, until] = [Number(fields[2]), Number(fields[6]), Number(fields[7])];
    nodes.set(node, fields[4]);
    const host = String(node);
    if (until - at >= MIN_OUTAGE) events.push({ host, kind: "failure", at, until, cause: "unknown" });
  }
  const places = [...nodes]
    .sort(([a], [b]) => a - b)
    .map(([node, name]) => {
      const [, site, cluster, last] = name.split("/");
      return { id: String(node), site, group: `${site}/${cluster}`, number: Number(/(\d+)$/.exec(last)?.[1] ?? 0) };
    });
  return hostEventLog(places, createRandom(seed, "ties").shuffle(events));
}
