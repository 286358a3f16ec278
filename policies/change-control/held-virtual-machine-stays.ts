import { z } from "zod";
import type { PolicyResource } from "@pulumi/policy";
import { definePolicy } from "../define";
import { Machines } from "../machines";
import { allMoves } from "../moves";
import { PLACEMENT } from "../placement";
import { orUndefined, read } from "../read";
import { NIST, PAGES } from "../references";
import { MIGRATION_SCHEDULE } from "../schedule";
import { TAG, VIRTUAL_MACHINE } from "../vsphere";

const config = z.strictObject({
  held: z.array(z.string()).default([]).describe("Names of VMs that must not be moved"),
  holdTag: z.string().default("no-migration").describe("A VM with a Tag of this name must not be moved; empty: none"),
});

/** A hold is a person's word that a VM stays where it is: for a cutover, a licence, or a ticket. */
export const heldVirtualMachineStays = definePolicy({
  name: "held-virtual-machine-stays",
  displayName: "Held virtual machines aren't moved",
  description: "No Placement or MigrationSchedule may move a VM that is on hold.",
  group: "change-control",
  enforcementLevel: "mandatory",
  severity: "high",
  rationale: "The planner sees load and risk; it doesn't see that a vendor is at work on this VM today.",
  remediation: "pin the VM (hosts) or leave it out of the plan until the hold is lifted.",
  url: PAGES.nist,
  references: [NIST.changeControl],
  config,
  appliesTo: [PLACEMENT, MIGRATION_SCHEDULE],
  checkStack(resources, { config, report }) {
    const machines = new Machines(resources);
    const held = new Map(config.held.map((name) => [machines.key(name), "held"]));
    for (const vm of resources.filter(({ type }) => type === VIRTUAL_MACHINE)) {
      if (config.holdTag !== "" && carries(vm, config.holdTag)) held.set(vm.urn, `tag ${config.holdTag}`);
    }
    const told = new Set<string>();
    for (const { vm, to, urn } of allMoves(resources)) {
      const why = held.get(machines.key(vm));
      if (why === undefined || told.has(`${urn} ${vm}`)) continue;
      told.add(`${urn} ${vm}`);
      report(`Virtual machine ${vm} is on hold (${why}) and planned to move to ${to}.`, urn);
    }
  },
});

const carries = (vm: PolicyResource, tag: string) =>
  (vm.propertyDependencies.tags ?? []).some(
    (each) => each.type === TAG && (orUndefined(read(each, "name", z.string().optional())) ?? each.name) === tag,
  );
