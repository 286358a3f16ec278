import { z } from "zod";
import { definePolicy } from "../define";
import { known, orUndefined, read, readEach } from "../read";
import { NIST, PAGES } from "../references";
import { COMPUTE_CLUSTER } from "../vsphere";

const config = z.strictObject({
  hostFailures: z.number().min(1).default(1).describe("Hosts whose VMs the others must be able to restart"),
});

/** N+1: room that admission control keeps free is room that is there when a host fails. */
export const clusterToleratesHostFailure = definePolicy({
  name: "cluster-tolerates-host-failure",
  displayName: "Clusters keep room for a host's failure",
  description: "A ComputeCluster must have HA and its admission control on, for as many host failures as configured.",
  group: "placement-safety",
  enforcementLevel: "mandatory",
  severity: "critical",
  rationale:
    "Without admission control a cluster fills up until the VMs of a failed host find no room to restart in, and " +
    "nobody learns of it before the failure.",
  remediation:
    "set haEnabled: true, a haAdmissionControlPolicy other than disabled and haAdmissionControlHostFailureTolerance.",
  url: PAGES.availability,
  references: [NIST.recovery, NIST.resourceAvailability],
  config,
  appliesTo: [COMPUTE_CLUSTER],
  checkResource(resource, { config, report }) {
    const enabled = orUndefined(read(resource, "haEnabled", z.boolean().default(false)));
    const policy = orUndefined(read(resource, "haAdmissionControlPolicy", z.string().default("resourcePercentage")));
    if (enabled === false) return report(`Cluster ${resource.name} has HA off: VMs of a failed host stay down.`);
    if (policy === "disabled") return report(`Cluster ${resource.name} has HA admission control off.`);
    const tolerated =
      policy === "failoverHosts"
        ? readEach(resource, "haAdmissionControlFailoverHostSystemIds", z.string())
        : orUndefined(read(resource, "haAdmissionControlHostFailureTolerance", z.number().default(1)));
    const count = typeof tolerated === "symbol" ? undefined : Array.isArray(tolerated) ? tolerated.length : tolerated;
    if (policy === undefined || count === undefined || count >= config.hostFailures) return;
    const unnamed = Array.isArray(tolerated) && known(tolerated).length < tolerated.length;
    const hosts = unnamed ? `${count} (not all known yet)` : `${count}`;
    report(
      `Cluster ${resource.name} keeps room for the failure of ${hosts} hosts; ${config.hostFailures} are demanded ` +
        `(hostFailures).`,
    );
  },
});
