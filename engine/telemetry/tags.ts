import type { EntityKind } from "./source";

export type Tags = Readonly<Record<string, string>>;

/** The tags that Telegraf would give the aggregate of an entity, as far as they are known here. */
export function aggregateTags(
  entity: { kind: EntityKind; vcenter: string; moid: string; name: string },
  instanceTags: readonly string[],
): Tags {
  return {
    vcenter: entity.vcenter,
    moid: entity.moid,
    source: entity.name,
    [entity.kind === "vm" ? "vmname" : "esxhostname"]: entity.name,
    ...Object.fromEntries(instanceTags.map((tag) => [tag, "instance-total"])),
  };
}
