import { AffinityError } from "../../errors";
import { keyOfRecord, requestUsage, type RequestKey, type RequestRecord } from "../../models/profile";
import type { PreparationRequest } from "./request";
import type { Room } from "./room";

/** What one prepared host holds ready. */
export interface Amounts extends Room {
  readonly datastoreGib: number;
  /** Which of them the history says, for people to read; empty where all were given. */
  readonly fromHistory: readonly string[];
}

/** So many of the history's requests fit into what is reserved. */
const COVERED = 0.95;
const MIB_PER_GIB = 1024;

/**
 * What to reserve for a request: what was asked for, else what 19 of 20 requests of the history used, and as storage the
 * data of a window with requests.
 * @throws AffinityError PREPARATION_AMOUNT_UNKNOWN naming all that neither says
 */
export function amountsOf(
  request: PreparationRequest,
  history: readonly RequestRecord[],
  subject: { readonly key: RequestKey; readonly name: string },
  asOf: number,
): Amounts {
  const { reserve } = request;
  const past = history.filter((record) => record.start < asOf && keyOfRecord(record, subject.key) === subject.name);
  const volume = requestUsage(past, subject.key, asOf).get(subject.name)?.volumeMbPerWindow ?? null;
  const cpuMhz = reserve.cpuMhz ?? covering(past.map((record) => record.cpuMhz));
  const memoryMib = reserve.memoryMib ?? covering(past.map((record) => record.memoryMib));
  const unknown = [...(cpuMhz === null ? ["cpuMhz"] : []), ...(memoryMib === null ? ["memoryMib"] : [])];
  if (unknown.length > 0) {
    throw new AffinityError({
      code: "PREPARATION_AMOUNT_UNKNOWN",
      message: `what to reserve for ${subject.name} is neither given nor in the history of its requests`,
      problems: unknown.map((key) => ({ path: `reserve.${key}`, message: `no request of the history has ${key}` })),
      hint: "give it (0 for none), or add the column to the history of requests",
    });
  }
  const datastoreGib = reserve.datastoreGib ?? (volume === null ? 0 : Math.ceil(volume / MIB_PER_GIB));
  const fromHistory = [
    ...(reserve.cpuMhz === undefined ? ["cpuMhz"] : []),
    ...(reserve.memoryMib === undefined ? ["memoryMib"] : []),
    ...(reserve.datastoreGib === undefined && volume !== null ? ["datastoreGib"] : []),
  ];
  return { cpuMhz: Math.ceil(cpuMhz!), memoryMib: Math.ceil(memoryMib!), datastoreGib, fromHistory };
}

/** The least of the values that so many of them don't exceed; null where there are none. */
function covering(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return known.length > 0 ? known[Math.ceil(COVERED * known.length) - 1] : null;
}
