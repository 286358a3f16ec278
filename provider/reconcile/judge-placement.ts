import { type Declaration, openJournal } from "../../engine/journal";
import { isOpen } from "../../engine/planner/constraints/tables";
import { driftOf } from "../placement/lifecycle";
import { plannedIn } from "../placement/planned";
import { notMade } from "../placement/promises";
import type { Settings } from "../settings";
import { openInventory } from "../world";
import type { Finding } from "./finding";

/**
 * Where the VMs of a placement run, and whether the room that it was promised can still be used. A placement has nothing
 * that a scheduled run could repair: the next update plans anew.
 */
export async function judgePlacement(declaration: Declaration, settings: Settings): Promise<Finding[]> {
  const { owner, kind, cluster, state } = declaration;
  const planned = plannedIn(state);
  if (planned === null) return [];
  const found = (what: Finding["class"], detail: string): Finding => ({
    ...{ owner, kind, class: what, detail, outcome: "reported", text: "" },
  });
  const inventory = openInventory(settings);
  try {
    const snapshot = await inventory.snapshot();
    const moved = driftOf(planned, snapshot).map((item) =>
      found("vm-moved", `${item.vm} is on ${item.actual}, its placement says ${item.planned}`),
    );
    const reserved = (await openJournal(settings.journal).reservations(cluster)).filter((each) => each.owner === owner);
    const stale = notMade(snapshot, cluster, reserved).flatMap(({ virtualMachine, host: id }) => {
      const host = snapshot.hosts.find((each) => each.id === id);
      if (host && isOpen(host)) return [];
      return [found("reservation-stale", `${host?.name ?? id}, where ${virtualMachine} is to be made, can't run VMs`)];
    });
    return [...moved, ...stale];
  } finally {
    await inventory.close();
  }
}
