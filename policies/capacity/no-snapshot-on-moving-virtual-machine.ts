import { z } from "zod";
import { definePolicy } from "../define";
import { Machines } from "../machines";
import { allMoves } from "../moves";
import { PAGES } from "../references";
import { SNAPSHOT } from "../vsphere";

const config = z.strictObject({
  exempt: z.array(z.string()).default([]).describe("Names of VMs that may be moved with snapshots"),
});

/** Only snapshots that the stack makes are seen: a person's own are in no program. */
export const noSnapshotOnMovingVirtualMachine = definePolicy({
  name: "no-snapshot-on-moving-virtual-machine",
  displayName: "Virtual machines to be moved have no snapshots",
  description: "A VM that a plan moves should have no VirtualMachineSnapshot in the stack.",
  group: "capacity",
  enforcementLevel: "advisory",
  severity: "low",
  rationale:
    "A snapshot grows with every write and is consolidated under load; a Storage vMotion carries its whole chain, and " +
    "a revert after the move meets a host with another CPU.",
  remediation: "remove the snapshot before the move, or move the VM later.",
  url: PAGES.snapshot,
  config,
  appliesTo: [SNAPSHOT],
  checkStack(resources, { config, report }) {
    const machines = new Machines(resources);
    const moves = new Map(allMoves(resources).map((move) => [machines.key(move.vm), move]));
    for (const snapshot of resources.filter(({ type }) => type === SNAPSHOT)) {
      for (const key of machines.members(snapshot, "virtualMachineUuid").keys) {
        const move = moves.get(key);
        if (move === undefined || config.exempt.includes(move.vm)) continue;
        report(
          `Virtual machine ${move.vm} has the snapshot ${snapshot.name} and is planned to move to ${move.to}.`,
          snapshot.urn,
        );
      }
    }
  },
});
