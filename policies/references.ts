/** A control of a published framework. */
export interface Reference {
  readonly framework: string;
  readonly version: string;
  /** The control's own id. */
  readonly control: string;
  readonly title: string;
}

const nist = (control: string, title: string): Reference => ({
  framework: "NIST SP 800-53",
  version: "Revision 5",
  control,
  title,
});

/** Those that the policies serve; none meets a control by itself. */
export const NIST = {
  changeControl: nist("CM-3", "Configuration Change Control"),
  configurationSettings: nist("CM-6", "Configuration Settings"),
  componentInventory: nist("CM-8", "System Component Inventory"),
  recovery: nist("CP-10", "System Recovery and Reconstitution"),
  resourceAvailability: nist("SC-6", "Resource Availability"),
  distributed: nist("SC-36", "Distributed Processing and Storage"),
} as const;

const broadcom = (page: string) => `https://techdocs.broadcom.com/us/en/vmware-cis/vsphere/vsphere/8-0/${page}.html`;
const registry = (page: string) => `https://www.pulumi.com/registry/packages/vsphere/api-docs/${page}/`;

/** Where more is said. */
export const PAGES = {
  availability: broadcom("vsphere-availability"),
  resourceManagement: broadcom("vsphere-resource-management-8-0"),
  hostManagement: broadcom("vcenter-and-host-management-8-0"),
  nist: "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
  recurrence: "https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10",
  virtualMachine: registry("virtualmachine"),
  computeCluster: registry("computecluster"),
  antiAffinityRule: registry("computeclustervmantiaffinityrule"),
  hostRule: registry("computeclustervmhostrule"),
  hostGroup: registry("computeclusterhostgroup"),
  drsOverride: registry("drsvmoverride"),
  snapshot: registry("virtualmachinesnapshot"),
  tag: registry("tag"),
} as const;
