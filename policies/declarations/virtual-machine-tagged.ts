import { z } from "zod";
import type { PolicyResource } from "@pulumi/policy";
import { definePolicy } from "../define";
import { orUndefined, read, readEach } from "../read";
import { NIST, PAGES } from "../references";
import { UNKNOWN } from "../unknown";
import { TAG, TAG_CATEGORY, VIRTUAL_MACHINE } from "../vsphere";

const config = z.strictObject({
  minTags: z.number().min(0).default(1).describe("Least number of tags of a VM"),
  categories: z.array(z.string()).default([]).describe("Names of tag categories of which a VM must carry a tag"),
});

/** Rules over tags can't guard what nobody has tagged. */
export const virtualMachineTagged = definePolicy({
  name: "virtual-machine-tagged",
  displayName: "Virtual machines are tagged",
  description: "A VirtualMachine should carry tags, of the categories that rules and holds go by.",
  group: "declarations",
  enforcementLevel: "advisory",
  severity: "low",
  rationale: "Compliance zones, licences and holds select VMs by tags: one without is subject to none of them.",
  remediation: "add tags to the VM.",
  url: PAGES.tag,
  references: [NIST.componentInventory],
  config,
  appliesTo: [VIRTUAL_MACHINE],
  checkStack(resources, { config, report }) {
    for (const vm of resources.filter(({ type }) => type === VIRTUAL_MACHINE)) {
      const tags = readEach(vm, "tags", z.string());
      if (tags === UNKNOWN) continue;
      if (tags.length < config.minTags) {
        report(
          `Virtual machine ${vm.name} has ${tags.length} tags; at least ${config.minTags} are demanded (minTags).`,
          vm.urn,
        );
      }
      const own = (vm.propertyDependencies.tags ?? []).filter(({ type }) => type === TAG);
      const categories = own.map(categoryOf);
      // A tag from outside the stack, or one whose category isn't in it, may be of any category.
      if (own.length < tags.length || categories.includes(undefined)) continue;
      const missing = config.categories.filter((category) => !categories.includes(category));
      if (missing.length > 0)
        report(`Virtual machine ${vm.name} has no tag of ${missing.join(", ")} (categories).`, vm.urn);
    }
  },
});

function categoryOf(tag: PolicyResource): string | undefined {
  const category = tag.propertyDependencies.categoryId?.find(({ type }) => type === TAG_CATEGORY);
  return category && (orUndefined(read(category, "name", z.string().optional())) ?? category.name);
}
