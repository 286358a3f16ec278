import { AffinityError } from "../../engine/errors";
import type { Snapshot } from "../../engine/snapshot";
import type { Context } from "../command";
import { lazy } from "../lazy";
import { readSnapshot } from "../world";

/** Whose cluster it is: vCenter's name, with the PEM file of its authority, or the path of an inventory file. */
export type Source = { readonly vcenter: string; readonly caFile?: string } | { readonly inventory: string };

/** Whether the cluster's name can be looked up: from a file always, in a vCenter as somebody. */
export const canLookUp = (source: Source, { VSPHERE_USER, VSPHERE_PASSWORD }: Context["environment"]): boolean =>
  "inventory" in source || Boolean(VSPHERE_USER && VSPHERE_PASSWORD);

/**
 * The inventory that a project is for, so that a mistyped cluster is found now; null where a vCenter isn't asked, or
 * doesn't answer: that is noted and not refused, for a project may be made elsewhere than where it runs.
 * @throws AffinityError for an inventory file that can't be read.
 */
export async function lookUp(context: Context, source: Source): Promise<Snapshot | null> {
  if (!canLookUp(source, context.environment)) return null;
  const raw =
    "inventory" in source
      ? { inventory: source.inventory }
      : { vcenter: { server: source.vcenter, caFile: source.caFile } };
  const settings = lazy.settings().parseSettings(raw, "the project", context.environment);
  try {
    return await readSnapshot(context, settings);
  } catch (error) {
    if (!(error instanceof AffinityError) || "inventory" in source) throw error;
    context.output.note(`warning: the cluster is not looked up: ${error.describe()}`);
    return null;
  }
}
