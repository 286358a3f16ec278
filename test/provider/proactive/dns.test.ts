import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import * as packet from "dns-packet";
import { DnsDirector } from "../../../provider/proactive/dns/dns-director";
import { dnsAddress } from "../../../provider/proactive/dns/exchange";
import { distrust, sign, type TsigKey } from "../../../provider/proactive/dns/tsig";
import { dnsSettingsSchema } from "../../../provider/settings";
import { type Dns, needs, startDns } from "../../testbed";

const clock = () => Math.floor(Date.now() / 1000);

describe("traffic through a DNS server that takes dynamic updates", function () {
  this.timeout(60_000);
  needs("dns");

  let dns: Dns;
  beforeEach(async () => (dns = await startDns()));
  afterEach(() => dns?.stop());

  const director = (over: object = {}, now = clock) => {
    const { server, zone, keyName, algorithm, secret } = dns;
    return new DnsDirector(dnsSettingsSchema.parse({ server, zone, keyName, algorithm, secret, ...over }), now);
  };
  const name = "web.example.test";
  const all = ["192.0.2.11", "192.0.2.12", "192.0.2.13"];

  it("reads the addresses of a name and how long clients keep them", async () => {
    assert.deepEqual(await director().targets(name), { addresses: all, ttlSeconds: 30 });
    assert.deepEqual(await director().targets("nobody.example.test"), { addresses: [], ttlSeconds: 0 });
  });

  it("takes one address away and gives it back, with the TTL that the set has", async () => {
    const before = await director().targets(name);
    await director().replace(`${name}.`, before, all.slice(1));
    const between = await director().targets(name);
    assert.deepEqual(between, { addresses: all.slice(1), ttlSeconds: 30 });
    await director().replace(name, between, all);
    assert.deepEqual(await director().targets(name), before);
  });

  it("takes IPv6 addresses along, in the same step", async () => {
    const before = await director().targets(name);
    await director().replace(name, before, [...all, "2001:db8::1"]);
    const both = await director().targets(name);
    assert.deepEqual(both.addresses, [...all, "2001:db8::1"]);
    await director().replace(name, both, [all[0]]);
    assert.deepEqual((await director().targets(name)).addresses, [all[0]]);
  });

  it("changes nothing where somebody else has changed the name meanwhile", async () => {
    const before = await director().targets(name);
    await director().replace(name, before, all.slice(1));
    await assert.rejects(director().replace(name, before, all.slice(0, 2)), { code: "TRAFFIC_CHANGED" });
    assert.deepEqual((await director().targets(name)).addresses, all.slice(1));
  });

  it("is refused with a wrong secret, an unknown key, a foreign zone and a clock that is wrong, and says which", async () => {
    const before = await director().targets(name);
    const attempt = (over: object, now = clock) => director(over, now).replace(name, before, all.slice(1));
    const refused = (message: RegExp) => (error: Error & { code: string }) => {
      assert.equal(error.code, "DNS_REFUSED");
      assert.match(error.message, message);
      assert.ok(!error.message.includes(dns.secret));
      return true;
    };
    await assert.rejects(attempt({ secret: Buffer.from("another").toString("base64") }), refused(/BADSIG/));
    await assert.rejects(attempt({ keyName: "nobody" }), refused(/BADKEY/));
    await assert.rejects(attempt({ zone: "example.org" }), refused(/NOTAUTH|REFUSED/));
    await assert.rejects(
      attempt({}, () => clock() - 3600),
      refused(/BADTIME/),
    );
    assert.deepEqual((await director().targets(name)).addresses, all);
  });

  it("says that the server can't be asked where nobody listens", async () => {
    const gone = director();
    await dns.stop();
    await assert.rejects(gone.targets(name), { code: "DNS_UNREACHABLE" });
  });
});

describe("answers of DNS servers that can't be trusted", () => {
  const key: TsigKey = { name: "affinity", algorithm: "hmac-sha256", secret: Buffer.from("secret").toString("base64") };

  /** A server that answers each message with what `answer` makes of it. */
  async function serve<T>(answer: (request: Buffer) => Buffer, work: (server: string) => Promise<T>): Promise<T> {
    const server = createServer((socket) =>
      socket
        .on("error", () => undefined)
        .once("data", (data) => {
          const bytes = answer(data.subarray(2));
          const length = Buffer.alloc(2);
          length.writeUInt16BE(bytes.length);
          socket.end(Buffer.concat([length, bytes]));
        }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      return await work(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.close();
    }
  }
  const settings = (server: string) =>
    dnsSettingsSchema.parse({ server, zone: "example.test", keyName: key.name, secret: key.secret, timeoutSeconds: 1 });
  const response = (request: Buffer) => {
    const questions = [{ type: "SOA" as const, name: "example.test" }];
    return packet.encode({ id: request.readUInt16BE(0), type: "response", flags: 5 << 11, questions });
  };
  const update = (server: string) =>
    new DnsDirector(settings(server), clock).replace(
      "web.example.test",
      { addresses: ["192.0.2.1"], ttlSeconds: 5 },
      [],
    );

  it("are refused: no signature, a wrong one, one of another request, none at all, and bytes that say nothing", async () => {
    const invalid = { code: "DNS_ANSWER_INVALID" };
    await serve(response, (server) => assert.rejects(update(server), invalid));
    await serve(
      (request) => sign(response(request), key, clock()).message,
      (server) => assert.rejects(update(server), invalid),
    );
    await serve(
      () => Buffer.from("no DNS message at all"),
      (server) => assert.rejects(update(server), invalid),
    );
    await serve(
      () => Buffer.alloc(0),
      (server) => assert.rejects(update(server), invalid),
    );
  });

  it("tell nothing for certain where they refuse or say that something has changed without a signature", async () => {
    for (const rcode of [5, 8]) {
      const unsigned = (request: Buffer) => {
        const bytes = response(request);
        bytes.writeUInt8((bytes.readUInt8(3) & 0xf0) | rcode, 3);
        return bytes;
      };
      await serve(unsigned, (server) =>
        // TRAFFIC_CHANGED would say that nothing was done.
        assert.rejects(update(server), { code: "DNS_REFUSED", message: /bears no signature/ }),
      );
    }
  });

  it("are not taken for signed where the signature is over something else, or by another key", () => {
    const question = packet.encode({ id: 7, type: "query", questions: [{ type: "SOA", name: "example.test" }] });
    const now = 1_700_000_000;
    const request = sign(question, key, now);
    // An answer is signed together with the signature of its request (RFC 8945, 5.3.1), and this one is not.
    assert.match(distrust(request.message, key, Buffer.alloc(0), now)!.because, /wrong/);
    const other = { ...key, name: "another" };
    assert.match(distrust(request.message, other, Buffer.alloc(0), now)!.because, /another key/);
  });

  it("are looked for at the address that was said", () => {
    assert.deepEqual(
      ["ns.example.test", "192.0.2.1:5353", "[2001:db8::1]:5353", "2001:db8::1"].map((text) => {
        const { host, port } = dnsAddress(text);
        return [host, port];
      }),
      [
        ["ns.example.test", 53],
        ["192.0.2.1", 5353],
        ["2001:db8::1", 5353],
        ["2001:db8::1", 53],
      ],
    );
  });
});
