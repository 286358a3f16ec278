import { z } from "zod";
import { definePolicy } from "../define";
import { read } from "../read";
import { NIST, PAGES } from "../references";
import { COMPUTE_CLUSTER } from "../vsphere";

/** Two predictions of the same load act on it twice. */
export const predictiveDrsOff = definePolicy({
  name: "predictive-drs-off",
  displayName: "Predictive DRS is off where plans predict",
  description: "A cluster that plans move VMs in should not have predictive DRS act on predictions of its own.",
  group: "declarations",
  enforcementLevel: "advisory",
  severity: "low",
  rationale:
    "Predictive DRS moves VMs ahead of a load that the plan has provided for already: both make room for the same " +
    "peak, and move more than either alone.",
  remediation: "set drsEnablePredictiveDrs: false, or disable this policy where nothing but DRS moves VMs.",
  url: PAGES.computeCluster,
  references: [NIST.configurationSettings],
  config: z.strictObject({}),
  appliesTo: [COMPUTE_CLUSTER],
  checkResource(resource, { report }) {
    if (!isOn(resource)) return;
    report(`Cluster ${resource.name} has predictive DRS on.`);
  },
  remediateResource: (resource) => (isOn(resource) ? { drsEnablePredictiveDrs: false } : undefined),
});

const isOn = (cluster: Parameters<typeof read>[0]) =>
  read(cluster, "drsEnablePredictiveDrs", z.boolean().default(false)) === true;
