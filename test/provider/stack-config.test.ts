import assert from "node:assert/strict";
import { parseSettings } from "../../provider/settings";
import { settingsOfStack } from "../../provider/stack-config";

describe("the settings of a stack", () => {
  it("are JSON where they are structured, and text otherwise", () => {
    const values = { vcenter: '{"server":"vc","insecure":true}', asOf: "now", journal: "[odd" };
    assert.deepEqual(settingsOfStack(values), {
      vcenter: { server: "vc", insecure: true },
      asOf: "now",
      journal: "[odd",
    });
  });

  it("take a dotted name as a path, whatever comes first", () => {
    const values = {
      "vcenter.caFile": "ca.pem",
      vcenter: '{"server":"vc","caFile":"old.pem"}',
      "telemetry.influx.url": "http://i:8086",
      "telemetry.influx.database": "vsphere",
    };
    assert.deepEqual(settingsOfStack(values), {
      vcenter: { server: "vc", caFile: "ca.pem" },
      telemetry: { influx: { url: "http://i:8086", database: "vsphere" } },
    });
  });

  it("read numbers and booleans of a path, but no password, user or database", () => {
    const values = {
      "plan.horizonHours": "24",
      "plan.memoryOvercommit": "1.2",
      "vcenter.insecure": "true",
      "vcenter.user": "7",
      "vcenter.password": "0123",
      "telemetry.influx.database": "2024",
      "plan.weights": '{"power":0}',
      "plan.seed": "007",
    };
    assert.deepEqual(settingsOfStack(values), {
      plan: { horizonHours: 24, memoryOvercommit: 1.2, weights: { power: 0 }, seed: "007" },
      vcenter: { insecure: true, user: "7", password: "0123" },
      telemetry: { influx: { database: "2024" } },
    });
  });

  it("read numbers at the root, but no path, secret or key of digits", () => {
    const values = {
      modelsMaxAgeDays: "30",
      timeLimitSeconds: "2.5",
      journal: "7",
      "dns.secret": "1234",
      "dns.keyName": "7",
    };
    assert.deepEqual(settingsOfStack(values), {
      ...{ modelsMaxAgeDays: 30, timeLimitSeconds: 2.5, journal: "7" },
      dns: { secret: "1234", keyName: "7" },
    });
  });

  it("keep the name of a prototype as a key, to be refused by name", () => {
    const values = Object.defineProperty({ asOf: "now" }, "__proto__", { value: '{"journal":"x"}', enumerable: true });
    const settings = settingsOfStack(values as unknown as Record<string, string>);
    assert.deepEqual(Object.keys(settings).sort(), ["__proto__", "asOf"]);
    assert.equal(settings.journal, undefined);
    assert.throws(() => parseSettings(settings, "the stack", {}), /not valid/);
  });

  it("keep a path that leads nowhere, to be refused by name", () => {
    const values = { asOf: "now", "asOf.hour": "1", "constructor.name": "x", "__proto__.polluted": "yes" };
    const settings = settingsOfStack(values);
    assert.deepEqual(Object.keys(settings).sort(), ["__proto__.polluted", "asOf", "asOf.hour", "constructor.name"]);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
});
