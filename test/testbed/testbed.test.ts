import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { get } from "node:https";
import { promisify } from "node:util";
import {
  componentPath,
  needs,
  pulumiEnvironment,
  startInflux1,
  startInflux2,
  startTelegraf,
  startVcenter,
  temporaryFolder,
  type Influx1,
  type Influx2,
  type Telegraf,
  type Vcenter,
} from ".";
import { influxQuery } from "./influx-query";

const run = promisify(execFile);

/** The status of a GET, with the server's certificate verified against a CA file. */
function status(url: string, certificate: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    void readFile(certificate).then((ca) =>
      get(url, { ca, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject),
    );
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("test bed", function () {
  this.timeout(120_000);

  describe("vCenter simulator", () => {
    needs("vcenter");

    it("serves a certificate that verifies, and ends when stopped", async () => {
      const vcenter = await startVcenter({ hosts: 2, vms: 1 });
      try {
        assert.equal(await status(`https://${vcenter.server}/about`, vcenter.certificate), 200);
      } finally {
        await vcenter.stop();
      }
      assert.equal(isRunning(vcenter.pid), false);
      await vcenter.stop(); // once more does no harm
    });

    it("serves an expired certificate that has no other fault", async () => {
      const vcenter = await startVcenter({ hosts: 1, vms: 1, expiredCertificate: true });
      try {
        const { server, certificate } = vcenter;
        await assert.rejects(status(`https://${server}/about`, certificate), { code: "CERT_HAS_EXPIRED" });
      } finally {
        await vcenter.stop();
      }
    });

    it("says what the simulator wrote when it can't start", async () => {
      await assert.rejects(startVcenter({ hosts: -1 }), /vcenter ended by itself[^]*its log ends/);
    });
  });

  describe("InfluxDB 1", () => {
    needs("influxd1");

    it("has an empty database, and ends when stopped", async () => {
      const influx = await startInflux1();
      try {
        assert.deepEqual(await influxQuery(influx.url, "SHOW MEASUREMENTS", { database: influx.database }), []);
      } finally {
        await influx.stop();
      }
      assert.equal(isRunning(influx.pid), false);
    });

    it("refuses a wrong password when authentication is on", async () => {
      const { url, database, user, password, stop } = await startInflux1({ auth: true });
      try {
        const show = (credentials: { user: string; password: string }) =>
          influxQuery(url, "SHOW MEASUREMENTS", { database, credentials });
        assert.deepEqual(await show({ user: user!, password: password! }), []);
        await assert.rejects(show({ user: user!, password: "wrong" }), /401/);
        await assert.rejects(influxQuery(url, "SHOW MEASUREMENTS", { database }), /401/);
      } finally {
        await stop();
      }
    });
  });

  describe("InfluxDB 2", () => {
    needs("influxd2");

    it("has an empty bucket behind its token, and ends when stopped", async () => {
      const { url, bucket: database, token, pid, stop } = await startInflux2();
      try {
        assert.deepEqual(await influxQuery(url, "SHOW MEASUREMENTS", { database, credentials: { token } }), []);
        await assert.rejects(
          influxQuery(url, "SHOW MEASUREMENTS", { database, credentials: { token: "wrong" } }),
          /401/,
        );
      } finally {
        await stop();
      }
      assert.equal(isRunning(pid), false);
    });
  });

  describe("Telegraf", () => {
    needs("vcenter", "telegraf", "influxd1", "influxd2");
    let vcenter: Vcenter, influx1: Influx1, influx2: Influx2, telegraf: Telegraf;

    before(async () => {
      [vcenter, influx1, influx2] = await Promise.all([
        startVcenter({ hosts: 2, vms: 3 }),
        startInflux1(),
        startInflux2(),
      ]);
      telegraf = await startTelegraf({ vcenter, influx1, influx2 });
    });
    after(() => Promise.all([telegraf, vcenter, influx1, influx2].map((each) => each?.stop())));

    it("writes a row for every VM into InfluxDB 1 and 2", async () => {
      const credentials = { token: influx2.token };
      for (const [url, options] of [
        [influx1.url, { database: influx1.database }],
        [influx2.url, { database: influx2.bucket, credentials }],
      ] as const) {
        const vms = await influxQuery(url, 'SHOW TAG VALUES FROM "vsphere_vm_cpu" WITH KEY = "vmname"', options);
        assert.deepEqual(
          vms[0].values.map(([, name]) => name),
          ["DC0_C0_RP0_VM0", "DC0_C0_RP0_VM1", "DC0_C0_RP0_VM2"],
        );
        const usage = await influxQuery(url, 'SELECT usagemhz_average FROM "vsphere_vm_cpu" LIMIT 1', options);
        assert.equal(typeof usage[0].values[0][1], "number");
      }
    });
  });

  describe("Pulumi", () => {
    needs("pulumi", "vsphere-plugin");

    it("runs with a backend of its own and finds the bed's plugins", async () => {
      const folder = await temporaryFolder();
      const env = await pulumiEnvironment(folder);
      const { stdout } = await run("pulumi", ["whoami", "--json"], { env });
      assert.equal((JSON.parse(stdout) as { url: string }).url, env.PULUMI_BACKEND_URL);
      const schema = await run("pulumi", ["package", "get-schema", await componentPath("vsphere-plugin")], {
        env,
        maxBuffer: 64 * 1024 * 1024,
      });
      assert.match(schema.stdout, /vsphere:index\/virtualMachine:VirtualMachine/);
    });
  });

  describe("SwiftShader", () => {
    needs("chromium", "swiftshader");

    it("is a Vulkan driver whose library is there", async () => {
      const icd = await componentPath("swiftshader");
      const { ICD } = JSON.parse(await readFile(icd, "utf8")) as { ICD: { library_path: string } };
      await access(new URL(ICD.library_path, `file://${icd}`));
    });
  });
});
