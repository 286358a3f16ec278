import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, readPlacement } from "../placement";
import { known } from "../read";
import { NIST, PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  minReplicas: z.number().min(2).default(2).describe("So many VMs that differ in a number only are replicas"),
});

/** Finds the anti-affinity that nobody wrote down. */
export const replicasOnOneHost = definePolicy({
  name: "replicas-on-one-host",
  displayName: "Replicas don't share a single host",
  description: "VMs whose names differ in a number only should not all be planned on one host.",
  group: "placement-safety",
  enforcementLevel: "advisory",
  severity: "medium",
  rationale: "web-1 and web-2 are there to stand in for each other; on one host both are lost with it.",
  remediation: 'keep them apart with a group of the kind "apart", or "together" if that is what you want.',
  url: PAGES.antiAffinityRule,
  references: [NIST.distributed],
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { groups, placements } = readPlacement(resource);
    if (groups === UNKNOWN || placements === UNKNOWN || placements.includes(UNKNOWN)) {
      return notApplicable("this preview doesn't know where all of them go");
    }
    const together = known(groups)
      .filter(({ kind }) => kind === "together")
      .map(({ members }) => new Set(members));
    const replicas = new Map<string, { vm: string; hostId: string; host: string }[]>();
    for (const placed of known(placements)) {
      const stem = /^(.*\D)\d+$/.exec(placed.vm)?.[1];
      if (stem !== undefined) replicas.set(stem, [...(replicas.get(stem) ?? []), placed]);
    }
    for (const placed of replicas.values()) {
      const hosts = new Set(placed.map(({ hostId }) => hostId));
      if (placed.length < config.minReplicas || hosts.size > 1) continue;
      const names = placed.map(({ vm }) => vm);
      if (together.some((members) => names.every((name) => members.has(name)))) continue;
      report(`All ${names.length} of ${names.join(", ")} are planned on ${placed[0].host}.`);
    }
  },
});
