import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RequestEvent } from "../../engine/models/profile";
import { readMaybePacked } from "../support/data";

const LINE = /^(\S+)\s+(?:[SFDXC]+\s+)?(\S+)\s+(\S+)\s+[\d.]+ secs \w{3} (\w{3})\s+(\d+) (\d\d):(\d\d)/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** The log names no year. */
const YEAR = 1998;

/**
 * Process starts of the Hebrew University's pacct log, root's left out as the peer does. A record is written when its
 * process ends, so that in the order of writing the latest start met so far is a lower bound of the end; a minute is
 * added, so that no end is known before it has happened. The log's newest record comes first.
 */
export async function readProcessStarts(folder: string): Promise<RequestEvent[]> {
  const directory = join(folder, "huji-pacct");
  const file = (await readdir(directory)).filter((name) => name.includes("proc")).sort()[0];
  if (!file) throw new Error(`${directory} holds no log of process starts`);
  const lines = (await readMaybePacked(join(directory, file))).toString("latin1").split("\n");
  const starts = lines.flatMap((line) => startOf(line) ?? []);
  if (starts.length > 0 && starts[0].start > starts[starts.length - 1].start) starts.reverse();
  const events: RequestEvent[] = [];
  let now = Number.NEGATIVE_INFINITY;
  for (const { start, user, application } of starts) {
    now = Math.max(now, start);
    if (user !== "root") events.push({ start, end: now + 60, user, application });
  }
  return events;
}

function startOf(line: string): { start: number; user: string; application: string } | null {
  const match = LINE.exec(line);
  if (!match) return null;
  const [, application, user, , month, day, hour, minute] = match;
  const start = Date.UTC(YEAR, MONTHS.indexOf(month), Number(day), Number(hour), Number(minute)) / 1000;
  return { start, user, application };
}
