import type { Model } from "../problem/model";
import type { PlacementGroup } from "../request";

/** [host]: the host itself is the fault domain. */
export const hostDomains = (model: Model): Int32Array => Int32Array.from(model.hosts, (_, h) => h);

/** [host] index of its tag of the category; -1 where it carries none, or more than one. */
export function tagDomains(model: Model, category: string): Int32Array {
  const tags = model.hosts.map((host) => {
    const names = host.tags.filter((tag) => tag.category === category).map((tag) => tag.name);
    return names.length === 1 ? names[0] : null;
  });
  const known = [...new Set(tags.filter((tag) => tag !== null))].sort();
  return Int32Array.from(tags, (tag) => (tag === null ? -1 : known.indexOf(tag)));
}

export const domainsOver = (model: Model, over: PlacementGroup["over"]): Int32Array =>
  over === "host" ? hostDomains(model) : tagDomains(model, over.tagCategory);

/** Such as "host" or "rack". */
export const domainName = (over: PlacementGroup["over"]): string => (over === "host" ? "host" : over.tagCategory);

export const countDomains = (domains: Int32Array): number => domains.reduce((a, b) => Math.max(a, b), -1) + 1;
