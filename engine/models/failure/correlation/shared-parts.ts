import type { Host } from "../../../snapshot/schema";

/** Something whose failure takes along the hosts that share it. */
interface SharedPart {
  readonly name: string;
  /** P(the other fails soon too | one failed), where the two share this part; chosen, until history says otherwise. */
  readonly follows: number;
  /** What the host has of it; empty where it isn't known. */
  readonly of: (host: Host) => readonly string[];
}

/** A tag's category or a custom attribute's name, in the words that administrators use. */
const labelled = (pattern: RegExp) => (host: Host) => [
  ...host.tags.filter(({ category }) => pattern.test(category)).map(({ name }) => name),
  ...Object.entries(host.attributes).flatMap(([key, value]) => (pattern.test(key) && value !== "" ? [value] : [])),
];

export const SHARED_PARTS: readonly SharedPart[] = [
  { name: "chassis", follows: 0.2, of: labelled(/chassis|enclosure|blade|frame/i) },
  { name: "power", follows: 0.1, of: labelled(/\b(power|pdu|ups|feed)\b/i) },
  { name: "rack", follows: 0.08, of: labelled(/rack/i) },
  { name: "switch", follows: 0.06, of: labelled(/switch|\btor\b|fabric/i) },
  { name: "datastore", follows: 0.03, of: ({ datastores }) => datastores },
  { name: "room", follows: 0.01, of: labelled(/\b(room|zone|site|hall)\b/i) },
  { name: "patch level", follows: 0.01, of: labelled(/patch|build|version|firmware|bios/i) },
  { name: "model", follows: 0.005, of: ({ vendor, model }) => (model === null ? [] : [`${vendor ?? ""} ${model}`]) },
];

/** [i][j] P(j fails soon after i) by what the two share, each part on its own; row-major, symmetric, diagonal 1. */
export function sharedPartsMatrix(hosts: readonly Host[]): Float64Array {
  const n = hosts.length;
  const survives = new Float64Array(n * n).fill(1);
  for (const { of, follows } of SHARED_PARTS) {
    const parts = hosts.map((host) => new Set(of(host)));
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        if (i !== j && [...parts[i]].some((part) => parts[j].has(part))) survives[i * n + j] *= 1 - follows;
  }
  return survives.map((value, at) => (at % (n + 1) === 0 ? 1 : 1 - value));
}

/** The parts that two hosts share, by name, for reasons. */
export function sharedParts(a: Host, b: Host): string[] {
  return SHARED_PARTS.filter(({ of }) => of(a).some((part) => of(b).includes(part))).map(({ name }) => name);
}
