import type { Snapshot } from "../../engine/snapshot";
import type { Settings } from "../../provider/settings";
import type { Context } from "../command";
import { lazy } from "../lazy";
import { type Check, failedCheck } from "./check";

/** What planning and moving need on the whole inventory. */
const PRIVILEGES = ["System.Read", "Resource.HotMigrate", "Resource.ColdMigrate", "Host.Inventory.EditCluster"];
const SKEW_SECONDS = 60;

/** The inventory: reachable, readable, with a cluster; for a vCenter also version, clock and privileges. */
export async function checkInventory(
  context: Context,
  settings: Settings,
  add: (...checks: Check[]) => void,
): Promise<Snapshot | undefined> {
  try {
    if (settings.vcenter) return await checkVcenter(context, settings.vcenter, add);
    const inventory = lazy.world().openInventory(settings);
    const snapshot = await inventory.snapshot(context.signal);
    add(inventoryCheck(snapshot));
    return snapshot;
  } catch (error) {
    add(failedCheck("inventory", error));
    return undefined;
  }
}

async function checkVcenter(
  context: Context,
  settings: NonNullable<Settings["vcenter"]>,
  add: (...checks: Check[]) => void,
) {
  const { createVcenterActions, createVcenterInventory } = lazy.vsphere();
  const inventory = createVcenterInventory(settings);
  try {
    const actions = createVcenterActions(inventory);
    const about = await context.steps.run(`asking ${inventory.name} who it is`, () => actions.about(context.signal));
    add({ name: "vcenter", status: "ok", detail: `${inventory.name}: ${about.name}, API ${about.apiVersion}` });
    if (settings.insecure) {
      const next = "give the certificate's authority as caFile, and unset insecure";
      add({ name: "certificate", status: "warning", detail: "not verified, as settings say", next });
    }
    const snapshot = await context.steps.run(`reading the inventory of ${inventory.name}`, () =>
      inventory.snapshot(context.signal),
    );
    add(inventoryCheck(snapshot), clockCheck(snapshot), await privilegeCheck(actions, context.signal));
    for (const detail of inventory.warnings) add({ name: "inventory", status: "warning", detail });
    return snapshot;
  } finally {
    await inventory.close();
  }
}

function inventoryCheck(snapshot: Snapshot): Check {
  const { clusters, hosts, virtualMachines } = snapshot;
  const count = (list: readonly unknown[], what: string) => `${list.length} ${what}${list.length === 1 ? "" : "s"}`;
  const size = [count(clusters, "cluster"), count(hosts, "host"), count(virtualMachines, "virtual machine")].join(", ");
  const detail = `${size} of ${snapshot.source.name}, taken ${snapshot.takenAt}`;
  if (clusters.length > 0) return { name: "inventory", status: "ok", detail };
  return { name: "inventory", status: "error", detail, next: "plans are made for clusters: can the user see any?" };
}

/** A snapshot is stamped by vCenter's own clock, a moment ago. */
function clockCheck(snapshot: Snapshot): Check {
  const skew = Math.round(Math.abs(Date.now() - Date.parse(snapshot.takenAt)) / 1000);
  if (skew <= SKEW_SECONDS) return { name: "clock", status: "ok", detail: `${skew} s from vCenter's` };
  const next = "let both use the same time server: telemetry would look stale, or from the future";
  return { name: "clock", status: "warning", detail: `${skew} s from vCenter's`, next };
}

async function privilegeCheck(
  actions: { checkPrivileges(names: readonly string[], signal?: AbortSignal): Promise<string[]> },
  signal: AbortSignal,
): Promise<Check> {
  try {
    const lacking = await actions.checkPrivileges(PRIVILEGES, signal);
    if (lacking.length === 0) return { name: "privileges", status: "ok", detail: PRIVILEGES.join(", ") };
    const next = "planning needs System.Read alone; grant the rest to the role before applying moves and rules";
    const status = lacking.includes("System.Read") ? "error" : "warning";
    return { name: "privileges", status, detail: `the user lacks ${lacking.join(", ")}`, next };
  } catch (error) {
    return { ...failedCheck("privileges", error), status: "warning" };
  }
}
