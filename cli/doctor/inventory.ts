import type { Snapshot } from "../../engine/snapshot";
import type { Settings } from "../../provider/settings";
import type { Context } from "../command";
import { lazy } from "../lazy";
import { type Check, failedCheck } from "./check";
import { clockCheck } from "./clock";
import { checkDrs } from "./drs";
import { checkPrivileges } from "./privileges";

/** The inventory: reachable, readable, with a cluster; for a vCenter also version, clock and privileges; DRS and its rules. */
export async function checkInventory(
  context: Context,
  settings: Settings,
  add: (...checks: Check[]) => void,
): Promise<Snapshot | undefined> {
  try {
    if (settings.vcenter) return await checkVcenter(context, settings.vcenter, add);
    const inventory = lazy.world().openInventory(settings);
    const snapshot = await inventory.snapshot(context.signal);
    add(inventoryCheck(snapshot), ...checkDrs(snapshot));
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
    add(versionCheck(inventory.name, about), clockCheck("the vCenter", await actions.clock(context.signal)));
    if (settings.insecure) {
      const next = "give the certificate's authority as caFile, and unset insecure";
      add({ name: "certificate", status: "warning", detail: "not verified, as settings say", next });
    }
    const snapshot = await context.steps.run(`reading the inventory of ${inventory.name}`, () =>
      inventory.snapshot(context.signal),
    );
    add(inventoryCheck(snapshot), ...(await privilegeChecks(actions, context.signal)), ...checkDrs(snapshot));
    const next = "let the user see the whole cluster: what it can't see is planned as if it weren't there";
    for (const detail of inventory.warnings) add({ name: "inventory", status: "warning", detail, next });
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

/** Older ones are out of VMware's support, and nobody tries this package on them. */
const LEAST_API = 7;

function versionCheck(server: string, { name, apiVersion }: { name: string; apiVersion: string }): Check {
  const detail = `${server}: ${name}, API ${apiVersion}`;
  if (!(Number.parseInt(apiVersion, 10) < LEAST_API)) return { name: "vcenter", status: "ok", detail };
  return { name: "vcenter", status: "warning", detail, next: "vSphere 7 and newer are what this package is made for" };
}

async function privilegeChecks(actions: Parameters<typeof checkPrivileges>[0], signal: AbortSignal): Promise<Check[]> {
  try {
    return await checkPrivileges(actions, signal);
  } catch (error) {
    return [{ ...failedCheck("privileges", error), status: "warning" }];
  }
}
