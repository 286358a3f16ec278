import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../cli/package-info";
import { needs, pulumiEnvironment, startVcenter, temporaryFolder, type Vcenter } from "../testbed";
import { npmEnvironment, pack } from "./pack";
import { openShell, type Shell } from "./shell";

const PASSWORD = "p4ssword-nobody-may-see";

describe("the template, through pulumi new", function () {
  this.timeout(600_000);
  needs("pulumi", "vsphere-plugin", "vcenter");

  let vcenter: Vcenter;
  let project: string;
  let shell: Shell;

  before(async () => {
    const folder = await temporaryFolder();
    const [packed, started] = await Promise.all([pack(), startVcenter({ hosts: 3, vms: 6, password: PASSWORD })]);
    vcenter = started;
    // The package as it is here, in place of the one that the registry has of this version.
    const template = join(folder, "template");
    await cp(join(packageRoot(), "templates/vsphere-affinity"), template, { recursive: true });
    const manifest = await readFile(join(template, "package.json"), "utf8");
    await writeFile(
      join(template, "package.json"),
      manifest.replace(/"pulumi-vsphere-affinity": "[^"]+"/, `"pulumi-vsphere-affinity": "file:${packed.path}"`),
    );
    project = join(folder, "placement");
    await mkdir(project);
    const environment = npmEnvironment(await pulumiEnvironment(folder));
    shell = await openShell(project, { ...environment, PULUMI_SKIP_CONFIRMATIONS: "true" });
    const config = {
      cluster: "DC0_C0",
      "vsphere-affinity:vcenter.server": vcenter.server,
      "vsphere-affinity:vcenter.user": vcenter.user,
      "vsphere-affinity:vcenter.caFile": vcenter.certificate,
    };
    const given = Object.entries(config).map(([key, value]) => `--config '${key}=${value}'`);
    await shell.type(`pulumi new '${template}' --yes --name shop --stack dev ${given.join(" ")}`);
  });

  after(() => vcenter?.stop());

  it("makes a project of its own name, whose questions are no part of it", async () => {
    assert.equal((JSON.parse(await readFile(join(project, "package.json"), "utf8")) as { name: string }).name, "shop");
    const pulumi = await readFile(join(project, "Pulumi.yaml"), "utf8");
    assert.match(pulumi, /^name: shop$/m);
    assert.doesNotMatch(pulumi, /^template:|\$\{/m);
    assert.ok((await readdir(project)).includes("node_modules"), "it is installed");
  });

  it("previews, with a secret that was set by its dotted name", async () => {
    await shell.type(`pulumi config set --secret vsphere-affinity:vcenter.password '${PASSWORD}'`);
    const stack = await readFile(join(project, "Pulumi.dev.yaml"), "utf8");
    assert.match(stack, /vsphere-affinity:vcenter\.password:\s+secure:/);
    assert.ok(!stack.includes(PASSWORD));
    const output = await shell.type("pulumi preview");
    const hosts = [...output.matchAll(/replica-\d: "(DC0_C0_H\d)"/g)].map(([, host]) => host);
    assert.equal(new Set(hosts).size, 2, output);
  });

  it("names what is wrong with a setting", async () => {
    await shell.type("pulumi config set vsphere-affinity:vcenter.sever vc");
    await assert.rejects(shell.type("pulumi preview"), /"sever"/);
    await shell.type("pulumi config rm vsphere-affinity:vcenter.sever");
  });
});
