import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { AffinityError } from "../../../engine/errors";
import type { VcenterSettings } from "../../../provider/settings";
import { createVcenterInventory } from "../../../provider/vsphere";
import { parseAddress } from "../../../provider/vsphere/address";
import type { TransportError } from "../../../provider/vsphere/errors";
import { HttpsClient } from "../../../provider/vsphere/https";
import { needs, startVcenter, type Vcenter } from "../../testbed";
import { type Answer, type CannedVcenter, type Certificate, makeCertificate, startCanned, status } from "./canned";

describe("HTTPS to a vCenter", () => {
  let certificate: Certificate;
  let vcenter: CannedVcenter | undefined;
  before(async () => {
    certificate = await makeCertificate();
  });
  afterEach(async () => {
    await vcenter?.stop();
    vcenter = undefined;
  });

  const get = async (answer: Answer, change: Partial<VcenterSettings> = {}, maxBytes?: number) => {
    vcenter = await startCanned(certificate, { "GET /x": answer });
    return ask({ ...vcenter.settings, ...change }, maxBytes);
  };
  const ask = async (settings: VcenterSettings, maxBytes?: number) => {
    const client = new HttpsClient(settings, maxBytes);
    try {
      return await client.request({ method: "GET", path: "/x" });
    } finally {
      await client.close();
    }
  };
  const failing = (promise: Promise<unknown>, code: string, message: RegExp) =>
    assert.rejects(promise, (error: TransportError) => {
      assert.equal(error.code, code, error.describe());
      assert.match(error.message, message);
      return true;
    });

  it("trusts the authority of caFile, and gives status and body", async () => {
    assert.deepEqual(await get(status(404, "nothing")), { status: 404, cookies: [], body: "nothing" });
  });

  it("gives up on a server that doesn't answer, and on one that stops in the middle", async () => {
    await failing(
      get({ respond: () => undefined }, { timeoutSeconds: 0.1 }),
      "VCENTER_TIMEOUT",
      /did not answer within 0.1 s/,
    );
    await vcenter?.stop();
    const half: Answer = { respond: (response) => void response.writeHead(200).write("<half") };
    await failing(get(half, { timeoutSeconds: 0.1 }), "VCENTER_TIMEOUT", /0.1 s/);
  });

  it("refuses an answer that is too large, packed or not", async () => {
    await failing(get(status(200, "x".repeat(1001)), {}, 1000), "VCENTER_ANSWER_INVALID", /more than 1000 bytes/);
    await vcenter?.stop();
    const bomb = status(200, gzipSync("x".repeat(1_000_000)), { "content-encoding": "gzip" });
    await failing(get(bomb, {}, 10_000), "VCENTER_ANSWER_INVALID", /more than 10000 bytes/);
  });

  it("follows no redirect", async () => {
    await failing(
      get(status(302, "", { location: "https://example.invalid/" })),
      "VCENTER_ANSWER_INVALID",
      /redirects/,
    );
  });

  it("tells a connection that broke off from one that was never made", async () => {
    const broken: Answer = {
      respond: (response) => {
        response.writeHead(200, { "content-length": "100" }).write("<half");
        setTimeout(() => response.destroy(), 5);
      },
    };
    await assert.rejects(get(broken), { code: "VCENTER_UNREACHABLE", transient: true, neverLeft: false });
    const { settings } = vcenter!;
    await vcenter!.stop();
    await assert.rejects(ask(settings), { code: "VCENTER_UNREACHABLE", transient: true, neverLeft: true });
  });

  it("says that a port doesn't speak TLS", async () => {
    const plain = createServer((socket) => socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const { port } = plain.address() as AddressInfo;
    const settings = { server: `127.0.0.1:${port}`, user: "u", password: "p", insecure: true, timeoutSeconds: 5 };
    await failing(ask(settings), "VCENTER_UNREACHABLE", /does not speak TLS/);
    await new Promise((resolve) => plain.close(resolve));
  });

  it("refuses a self-signed certificate with a hint, unless insecure is set", async () => {
    await failing(get(status(200), { caFile: undefined }), "VCENTER_CERTIFICATE", /it is self-signed$/);
    await vcenter?.stop();
    await assert.rejects(get(status(200), { caFile: undefined }), (error: AffinityError) => {
      assert.match(error.hint ?? "", /caFile.*insecure/);
      return true;
    });
    await vcenter?.stop();
    assert.equal((await get(status(200, "fine"), { caFile: undefined, insecure: true })).body, "fine");
  });

  it("refuses a certificate for another host, naming both", async () => {
    const other = await makeCertificate("DNS:vcenter.example.com");
    vcenter = await startCanned(other);
    await failing(
      ask(vcenter.settings),
      "VCENTER_CERTIFICATE",
      /it is not for "127\.0\.0\.1" but for DNS:vcenter\.example\.com/,
    );
  });

  it("says that caFile can't be read, before any call", () => {
    const settings = { server: "vc", user: "u", password: "p", insecure: false, timeoutSeconds: 5 };
    assert.throws(() => new HttpsClient({ ...settings, caFile: "/nowhere/ca.pem" }), {
      code: "SETTINGS_INVALID",
      message: /caFile \/nowhere\/ca\.pem/,
    });
  });

  it("takes host names and addresses with a port, and names the vCenter as given", () => {
    const expectations: [string, string, string, number][] = [
      ["vc.example.com", "vc.example.com", "https://vc.example.com", 443],
      ["vc.example.com:443", "vc.example.com:443", "https://vc.example.com", 443],
      ["10.0.0.1:8443", "10.0.0.1:8443", "https://10.0.0.1:8443", 8443],
      ["[::1]:8443", "[::1]:8443", "https://[::1]:8443", 8443],
    ];
    for (const [server, name, origin, port] of expectations) {
      const address = parseAddress(server);
      assert.deepEqual([address.name, address.origin, address.port], [name, origin, port]);
    }
  });

  for (const server of ["", "https://vc/sdk", "vc/sdk", "user:word@vc", "vc:port", "a b"]) {
    it(`refuses "${server}" as an address`, () => {
      assert.throws(() => parseAddress(server), { code: "SETTINGS_INVALID" });
    });
  }
});

describe("an expired certificate", () => {
  needs("vcenter");
  let vcenter: Vcenter;
  before(async () => {
    vcenter = await startVcenter({ expiredCertificate: true, hosts: 1, vms: 1 });
  });
  after(() => vcenter.stop());

  for (const trusted of [false, true]) {
    it(`is refused as expired, ${trusted ? "even if its authority is trusted" : "also where it is self-signed"}`, async () => {
      const { server, user, password, certificate } = vcenter;
      const settings = { server, user, password, insecure: false, timeoutSeconds: 10 };
      const inventory = createVcenterInventory(trusted ? { ...settings, caFile: certificate } : settings);
      await assert.rejects(inventory.snapshot(), (error: AffinityError) => {
        assert.equal(error.code, "VCENTER_CERTIFICATE");
        assert.match(error.message, /it has expired \(/);
        return true;
      });
      await inventory.close();
    });
  }
});
