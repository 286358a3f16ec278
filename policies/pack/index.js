// A folder of its own: constructing a PolicyPack starts a server, which no import of the package may do.
const { PolicyPack } = require("@pulumi/policy");
const { policies } = require("../../dist/policies");

new PolicyPack("vsphere-affinity", {
  displayName: "vSphere affinity",
  description: "Guards the placement of vSphere virtual machines that pulumi-vsphere-affinity plans.",
  provider: "vsphere",
  policies: [...policies],
});
