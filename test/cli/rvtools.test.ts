import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseSnapshot, type Snapshot } from "../../engine/snapshot";
import { temporaryFolder } from "../testbed";
import { assertUserError, runCli } from "./run-cli";

const VM_HEAD = "VM,Powerstate,Template,CPUs,Memory,Datacenter,Cluster,Host,VM ID,VM UUID,VI SDK Server";
const HOST_HEAD =
  "Host,Datacenter,Cluster,in Maintenance Mode,Speed,HT Active,# Cores,# Memory,Max EVC,Vendor,Model,Object ID,VI SDK Server";
const VMS = [
  'web-1,poweredOn,False,4,"16,384",DC,production,esx-1,vm-11,u-1,vc.example.com',
  '"db, primary",poweredOn,False,8,32768,DC,production,esx-2,vm-12,u-2,vc.example.com',
  "golden,poweredOff,True,2,4096,DC,production,esx-1,vm-13,u-3,vc.example.com",
];
const HOSTS = [
  "esx-1,DC,production,False,2400,True,16,262143,intel-skylake,Dell Inc.,R740,host-1,vc.example.com",
  "esx-2,DC,production,True,2400,True,16,262143,intel-skylake,Dell Inc.,R740,host-2,vc.example.com",
  "esx-3,DC,production,False,,,,,,Dell Inc.,R740,host-3,vc.example.com",
];
const CLUSTERS = [
  "Name,HA enabled,Failover Level,AdmissionControlEnabled,DRS enabled,DRS default VM behavior,Object ID,VI SDK Server",
  "production,True,1,True,True,fullyAutomated,domain-c7,vc.example.com",
];

describe("export --from-rvtools", function () {
  this.timeout(30_000);
  let cwd: string;
  beforeEach(async () => (cwd = await temporaryFolder()));

  const tabs = async (files: Record<string, readonly string[]>) => {
    await mkdir(join(cwd, "rv"), { recursive: true });
    for (const [tab, lines] of Object.entries(files)) {
      await writeFile(join(cwd, "rv", `RVTools_tab${tab}.csv`), `\ufeff${lines.join("\r\n")}\r\n`);
    }
  };
  const convert = (...args: string[]) => runCli(["export", "--from-rvtools", "rv", "inventory.json", ...args], { cwd });
  const inventory = async (): Promise<Snapshot> =>
    parseSnapshot(JSON.parse(await readFile(join(cwd, "inventory.json"), "utf8")), "inventory.json");

  it("makes an inventory of vInfo, vHost and vCluster", async () => {
    await tabs({ vInfo: [VM_HEAD, ...VMS], vHost: [HOST_HEAD, ...HOSTS], vCluster: CLUSTERS });
    const { code, stdout, stderr } = await convert();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1 cluster, 3 hosts, 3 virtual machines of vc\.example\.com/);
    assert.match(stderr, /rules, groups, reservations, datastores and networks are not in it/);
    const { clusters, hosts, virtualMachines, source } = await inventory();
    assert.equal(source.name, "vc.example.com");
    assert.deepEqual(clusters[0].drs, { enabled: true, automation: "fullyAutomated" });
    assert.deepEqual(clusters[0].ha, { enabled: true, admissionControl: { policy: "hostFailures", hosts: 1 } });
    assert.deepEqual(
      hosts.map(({ id, cluster, cpuMhz, threads, memoryMb, maintenance, connection }) => ({
        ...{ id, cluster, cpuMhz, threads, memoryMb, maintenance, connection },
      })),
      [
        {
          ...{ id: "host-1", cluster: "domain-c7", cpuMhz: 38_400, threads: 32, memoryMb: 262_143 },
          ...{ maintenance: false, connection: "connected" },
        },
        {
          ...{ id: "host-2", cluster: "domain-c7", cpuMhz: 38_400, threads: 32, memoryMb: 262_143 },
          ...{ maintenance: true, connection: "connected" },
        },
        {
          ...{ id: "host-3", cluster: "domain-c7", cpuMhz: null, threads: null, memoryMb: null },
          ...{ maintenance: false, connection: "notResponding" },
        },
      ],
    );
    assert.deepEqual(
      virtualMachines.map(({ id, name, host, cluster, vcpus, memoryMb, power, template }) => ({
        ...{ id, name, host, cluster, vcpus, memoryMb, power, template },
      })),
      [
        {
          ...{ id: "vm-11", name: "web-1", host: "host-1", cluster: "domain-c7", vcpus: 4, memoryMb: 16_384 },
          ...{ power: "poweredOn", template: false },
        },
        {
          ...{ id: "vm-12", name: "db, primary", host: "host-2", cluster: "domain-c7", vcpus: 8, memoryMb: 32_768 },
          ...{ power: "poweredOn", template: false },
        },
        {
          ...{ id: "vm-13", name: "golden", host: "host-1", cluster: "domain-c7", vcpus: 2, memoryMb: 4096 },
          ...{ power: "poweredOff", template: true },
        },
      ],
    );
  });

  it("gives a what-if plan without telemetry, and says what it lacks", async () => {
    await tabs({ vInfo: [VM_HEAD, ...VMS], vHost: [HOST_HEAD, ...HOSTS] });
    assert.equal((await convert()).code, 0);
    const { code, stdout, stderr } = await runCli(["plan", "--inventory", "inventory.json", "--json"], { cwd });
    assert.ok(code === 0 || code === 2, stderr);
    const plan = JSON.parse(stdout) as { lacking: string[]; virtualMachines: { vm: string }[] };
    assert.ok(plan.lacking.length > 0);
    assert.ok(plan.virtualMachines.some(({ vm }) => vm === "web-1"));
  });

  it("reads semicolons, as RVTools writes them where commas are decimal", async () => {
    const semicolons = (lines: readonly string[]) => lines.map((line) => line.replaceAll('"', "").replaceAll(",", ";"));
    await tabs({
      vInfo: semicolons([VM_HEAD, VMS[2].replace("4096", "4.096")]),
      vHost: semicolons([HOST_HEAD, ...HOSTS]),
    });
    const { code, stderr } = await convert();
    assert.equal(code, 0, stderr);
    assert.equal((await inventory()).virtualMachines[0].memoryMb, 4096);
  });

  it("tells every cell that says nothing sensible, by tab, line and heading, and writes nothing", async () => {
    const bad = [
      "a,running,False,4,16384,DC,production,esx-1,vm-1,u,vc.example.com",
      "b,poweredOn,perhaps,four,16384,DC,production,esx-9,vm-2,u,vc.example.com",
    ];
    await tabs({ vInfo: [VM_HEAD, ...bad], vHost: [HOST_HEAD, ...HOSTS] });
    assertUserError(
      await convert(),
      "RVTOOLS_INVALID",
      'vInfo line 2, Powerstate: "running" is no power state',
      'vInfo line 3, CPUs: "four" is no whole number',
      'vInfo line 3, Host: "esx-9" is not in vHost',
      'vInfo line 3, Template: "perhaps" is neither True nor False',
    );
    await assert.rejects(readFile(join(cwd, "inventory.json")));
  });

  it("refuses by name what is no such export", async () => {
    await tabs({ vInfo: [VM_HEAD, ...VMS] });
    assertUserError(await convert(), "RVTOOLS_NOT_FOUND", '"rv" has no RVTools_tabvHost.csv');
    await tabs({ vHost: ["Host,Cluster,Speed", "esx-1,production,2400"] });
    assertUserError(await convert(), "RVTOOLS_COLUMNS_MISSING", "RVTools_tabvHost.csv", "# Cores", "# Memory");
    await tabs({ vHost: [HOST_HEAD, ...HOSTS], vInfo: [VM_HEAD, VMS[0], 'broken,"quote'] });
    assertUserError(await convert(), "RVTOOLS_MALFORMED", "RVTools_tabvInfo.csv");
  });

  it("takes one vCenter of several, and asks which", async () => {
    const other = [
      "x,poweredOn,False,1,1024,DC,lab,esx-1,vm-11,u-9,other.example.com",
      "esx-1,DC,lab,False,2000,False,8,65536,,HP,DL,host-1,other.example.com",
    ];
    await tabs({ vInfo: [VM_HEAD, ...VMS, other[0]], vHost: [HOST_HEAD, ...HOSTS, other[1]] });
    assertUserError(await convert(), "RVTOOLS_SEVERAL_VCENTERS", "vc.example.com, other.example.com");
    const { code, stderr } = await convert("--vcenter", "other.example.com");
    assert.equal(code, 0, stderr);
    const { hosts, virtualMachines } = await inventory();
    assert.deepEqual([hosts.length, virtualMachines.length, hosts[0].cpuMhz], [1, 1, 16_000]);
  });
});
