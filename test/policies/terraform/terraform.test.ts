import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { checkTerraformPlan } from "../../../policies/terraform";
import { componentPath, needs, startVcenter, temporaryFolder, type Vcenter } from "../../testbed";

const run = promisify(execFile);

const program = (server: string, ha: boolean, limit: string) => `
terraform {
  required_providers {
    vsphere = { source = "hashicorp/vsphere" }
  }
}
provider "vsphere" {
  user = "user"
  password = "pass"
  vsphere_server = "${server}"
  allow_unverified_ssl = true
}
data "vsphere_datacenter" "dc" { name = "DC0" }
data "vsphere_datastore" "ds" {
  name = "LocalDS_0"
  datacenter_id = data.vsphere_datacenter.dc.id
}
data "vsphere_network" "net" {
  name = "VM Network"
  datacenter_id = data.vsphere_datacenter.dc.id
}
data "vsphere_compute_cluster" "there" {
  name = "DC0_C0"
  datacenter_id = data.vsphere_datacenter.dc.id
}
resource "vsphere_compute_cluster" "new" {
  name = "new"
  datacenter_id = data.vsphere_datacenter.dc.id
  ha_enabled = ${ha}
}
resource "vsphere_virtual_machine" "web" {
  count = 2
  name = "web-\${count.index + 1}"
  resource_pool_id = data.vsphere_compute_cluster.there.resource_pool_id
  datastore_id = data.vsphere_datastore.ds.id
  num_cpus = 2
  memory = 4096
  ${limit}
  guest_id = "otherLinux64Guest"
  wait_for_guest_net_timeout = 0
  network_interface { network_id = data.vsphere_network.net.id }
  disk {
    label = "disk0"
    size = 1
  }
}
resource "vsphere_compute_cluster_vm_anti_affinity_rule" "far" {
  name = "far"
  mandatory = true
  compute_cluster_id = data.vsphere_compute_cluster.there.id
  virtual_machine_ids = vsphere_virtual_machine.web[*].id
}
resource "vsphere_compute_cluster_vm_affinity_rule" "near" {
  name = "near"
  mandatory = ${!ha}
  compute_cluster_id = data.vsphere_compute_cluster.there.id
  virtual_machine_ids = [for vm in vsphere_virtual_machine.web : vm.id]
}
`;

describe("the policies on a plan that Terraform made", function () {
  this.timeout(120_000);
  needs("terraform", "terraform-provider", "vcenter");
  let vcenter: Vcenter;
  before(async () => void (vcenter = await startVcenter({ hosts: 2, vms: 1 })));
  after(() => vcenter.stop());

  async function planJson(ha: boolean, limit: string): Promise<string> {
    const folder = await temporaryFolder();
    const provider = dirname(await componentPath("terraform-provider"));
    const rc = join(folder, "terraform.rc");
    await writeFile(
      rc,
      `provider_installation {\n  dev_overrides { "hashicorp/vsphere" = "${provider}" }\n  direct {}\n}\n`,
    );
    await writeFile(join(folder, "main.tf"), program(vcenter.server, ha, limit));
    const env = { ...process.env, TF_CLI_CONFIG_FILE: rc, CHECKPOINT_DISABLE: "1", HOME: folder };
    const terraform = await componentPath("terraform");
    await run(terraform, ["plan", "-input=false", "-no-color", "-out=plan.bin"], { cwd: folder, env });
    const show = await run(terraform, ["show", "-json", "plan.bin"], { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
    return show.stdout;
  }
  const policiesOf = async (text: string, level: string) =>
    (await checkTerraformPlan(text, "the plan")).violations
      .filter(({ enforcementLevel }) => enforcementLevel === level)
      .map(({ policy, resource }) => `${policy} ${resource}`);

  it("refuse one whose cluster has no HA and whose rules contradict each other", async () => {
    const text = await planJson(false, "cpu_limit = 500");
    assert.deepEqual(await policiesOf(text, "mandatory"), [
      "cluster-tolerates-host-failure vsphere_compute_cluster.new",
      "rules-agree vsphere_compute_cluster_vm_anti_affinity_rule.far",
    ]);
    const advice = await policiesOf(text, "advisory");
    for (const expected of [
      "resource-limits-unset vsphere_virtual_machine.web[0]",
      "virtual-machine-tagged vsphere_virtual_machine.web[1]",
    ]) {
      assert.ok(advice.includes(expected), `${expected}: ${advice.join(", ")}`);
    }
  });

  it("pass one that is right", async () => {
    assert.deepEqual(await policiesOf(await planJson(true, ""), "mandatory"), []);
  });
});
