import type { VcenterSettings } from "../settings";
import { VcenterActions } from "./actions";
import { VcenterInventory, type VcenterOptions } from "./inventory";

/** Connects at the first call. @throws AffinityError SETTINGS_INVALID for a bad address or an unreadable caFile. */
export function createVcenterInventory(settings: VcenterSettings, options?: VcenterOptions): VcenterInventory {
  return new VcenterInventory(settings, options);
}

/** The actions on the vCenter of an inventory, in the same session: closing the inventory ends both. */
export function createVcenterActions(inventory: VcenterInventory): VcenterActions {
  return new VcenterActions(inventory.session);
}
