import { stat } from "node:fs/promises";
import { AffinityError } from "../../engine/errors";
import type { RequestRecord } from "../../engine/models/profile";
import { readRequests } from "../../engine/models/training";
import type { Settings } from "../settings";

interface Reading {
  readonly file: string;
  readonly records: Promise<readonly RequestRecord[]>;
}

/** The last one read: a check, what follows it, and the preparations beside it ask for the same. */
let last: Reading | null = null;

/**
 * Who asked for what, and when. A file that hasn't changed since it was read is not read again by this process.
 * @throws AffinityError PREPARATION_HISTORY_MISSING where the settings name none; those of reading it
 */
export async function historyOf({ requests }: Pick<Settings, "requests">): Promise<readonly RequestRecord[]> {
  if (requests === undefined) {
    throw new AffinityError({
      code: "PREPARATION_HISTORY_MISSING",
      message: "nothing says who asked for what, and when: the settings name no history of requests",
      hint: "set requests to the file that your systems append requests to (CSV, or a JSON object a line)",
    });
  }
  // Of a file that isn't there, reading says so.
  const now = await stat(requests, { bigint: true }).catch(() => null);
  const file = now && [requests, now.ino, now.size, now.mtimeNs].join("\u0000");
  if (file === null) return readRequests(requests);
  if (last?.file !== file) last = { file, records: readRequests(requests) };
  const reading = last;
  try {
    return await reading.records;
  } catch (error) {
    if (last === reading) last = null;
    throw error;
  }
}
