import { z } from "zod";
import type { PolicyResource } from "@pulumi/policy";
import { definePolicy } from "../define";
import { Machines } from "../machines";
import { PLACEMENT, readPlacement } from "../placement";
import { known, orUndefined, read } from "../read";
import { NIST, PAGES } from "../references";
import { ANTI_AFFINITY_RULE, VIRTUAL_MACHINE } from "../vsphere";

const config = z.strictObject({
  exemptDatastores: z
    .array(z.string())
    .default([])
    .describe("Ids or names of datastores that survive by themselves, such as a stretched vSAN"),
});

/** Apart on hosts and together on one datastore is not apart. */
export const replicasOnSeveralDatastores = definePolicy({
  name: "replicas-on-several-datastores",
  displayName: "VMs kept apart don't share a single datastore",
  description: "The members of an anti-affinity rule or group should not all have their disks on one datastore.",
  group: "placement-safety",
  enforcementLevel: "advisory",
  severity: "medium",
  rationale: "A datastore that is lost, full or slow takes all of them down, whichever hosts they run on.",
  remediation:
    "give a member another datastoreId, or name the datastore in exemptDatastores if it is redundant itself.",
  url: PAGES.virtualMachine,
  references: [NIST.distributed],
  config,
  appliesTo: [ANTI_AFFINITY_RULE, PLACEMENT],
  inputsOf: [ANTI_AFFINITY_RULE],
  checkStack(resources, { config, report, inputs }) {
    const machines = new Machines(resources);
    const stores = new Map(
      resources.filter(({ type }) => type === VIRTUAL_MACHINE).map((vm) => [vm.urn, datastoreOf(vm)]),
    );
    const judge = (label: string, urn: string, used: readonly (string | undefined)[]) => {
      const [store] = used;
      if (used.length < 2 || store === undefined || used.some((each) => each !== store)) return;
      if (config.exemptDatastores.includes(store)) return;
      report(`All ${used.length} members of ${label} are on the datastore ${store}.`, urn);
    };
    for (const resource of resources) {
      if (resource.type === ANTI_AFFINITY_RULE) {
        const { keys, complete } = machines.members(resource, "virtualMachineIds", inputs(resource.urn));
        if (complete)
          judge(
            `rule ${resource.name}`,
            resource.urn,
            [...keys].map((key) => stores.get(key)),
          );
      } else if (resource.type === PLACEMENT) {
        const { groups, virtualMachines } = readPlacement(resource);
        const asked = new Map(known(virtualMachines).map(({ name, datastore }) => [name, datastore]));
        for (const { name, kind, members } of known(groups)) {
          if (kind === "together") continue;
          judge(
            `group ${name}`,
            resource.urn,
            members.map((member) => asked.get(member) ?? stores.get(machines.key(member))),
          );
        }
      }
    }
  },
});

/** Undefined where it isn't known, or chosen by a datastore cluster. */
const datastoreOf = (vm: PolicyResource) => orUndefined(read(vm, "datastoreId", z.string().optional()));
