import type { Host } from "../../snapshot/schema";
import type { HostPlace } from "./events";

/** A host's rack or chassis, where a tag or attribute tells; else its cluster. */
export function placesOf(hosts: readonly Host[]): HostPlace[] {
  return hosts.map((host, row) => {
    const part = labelOf(host, /chassis|enclosure/i) ?? labelOf(host, /rack/i);
    const cluster = host.cluster ?? host.id;
    return {
      id: host.id,
      site: labelOf(host, /\b(site|room|zone)\b/i) ?? cluster,
      group: part === null ? cluster : `${cluster}/${part}`,
      number: numberOf(host.name) ?? row,
    };
  });
}

function labelOf({ tags, attributes }: Host, pattern: RegExp): string | null {
  const tag = tags.find(({ category }) => pattern.test(category));
  if (tag) return tag.name;
  const key = Object.keys(attributes).find((name) => pattern.test(name) && attributes[name] !== "");
  return key === undefined ? null : attributes[key];
}

/** The last number in the name's first label: 12 of "esx-012.example.com". */
function numberOf(name: string): number | null {
  const found = /(\d+)\D*$/.exec(name.split(".")[0]);
  return found ? Number(found[1]) : null;
}
