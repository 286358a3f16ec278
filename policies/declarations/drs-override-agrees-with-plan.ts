import { z } from "zod";
import { definePolicy } from "../define";
import { drsOverrides } from "../drs";
import { Machines } from "../machines";
import { allMoves } from "../moves";
import { plannedHosts } from "../placement-safety/planned-hosts";
import { NIST, PAGES } from "../references";
import { MIGRATION_SCHEDULE } from "../schedule";
import { PLACEMENT } from "../placement";
import { UNKNOWN } from "../unknown";
import { DRS_OVERRIDE, readVirtualMachine, VIRTUAL_MACHINE } from "../vsphere";

/** An override says who moves a VM, and so does a plan. */
export const drsOverrideAgreesWithPlan = definePolicy({
  name: "drs-override-agrees-with-plan",
  displayName: "DRS overrides agree with the plan",
  description: "A VM's DRS override must not hand to DRS what a plan places, nor forbid moves that a plan makes.",
  group: "declarations",
  enforcementLevel: "advisory",
  severity: "medium",
  rationale:
    "An override to full automation undoes the plan; one that turns DRS off is a person's word that the VM stays, " +
    "which a move of ours would break.",
  remediation: "remove the override, or take the VM out of the plan or pin it there (hosts).",
  url: PAGES.drsOverride,
  references: [NIST.configurationSettings],
  config: z.strictObject({
    disabledMeansHeld: z
      .boolean()
      .default(true)
      .describe("An override with drsEnabled: false forbids planned moves too"),
  }),
  appliesTo: [PLACEMENT, MIGRATION_SCHEDULE],
  inputsOf: [VIRTUAL_MACHINE],
  checkStack(resources, { config, report, inputs }) {
    const machines = new Machines(resources);
    const overrides = drsOverrides(resources, machines);
    if (!resources.some(({ type }) => type === DRS_OVERRIDE)) return;
    const planned = new Set([...plannedHosts(resources).keys()].map((name) => machines.key(name)));
    for (const [key, { level, resource }] of overrides) {
      const vm = resources.find(({ urn }) => urn === key);
      const given = vm && inputs(vm.urn);
      const read = vm && given && readVirtualMachine(vm, given);
      const follows = read && read.pinnedTo !== undefined && read.name !== UNKNOWN && !read.hostChangesIgnored;
      if (level === "fullyAutomated" && planned.has(key) && follows) {
        report(
          `The override ${resource.name} lets DRS move ${machines.label(key)}, which follows its plan.`,
          resource.urn,
        );
      }
    }
    if (!config.disabledMeansHeld) return;
    // A VM that follows its Placement has DRS off for that very reason: only moves that others advise are against it.
    for (const { vm, to, urn } of allMoves(resources)) {
      const key = machines.key(vm);
      const override = overrides.get(key);
      if (override?.level !== "disabled" || planned.has(key)) continue;
      report(`${vm} is planned to move to ${to}; the override ${override.resource.name} turns DRS off for it.`, urn);
    }
  },
});
