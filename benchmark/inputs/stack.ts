import type { Random } from "../../engine/random";
import type { Mutant } from "./mutate";

/** A stack's configuration as Pulumi hands it on: every value a text. */
export const STACK: Readonly<Record<string, string>> = {
  "vcenter.server": "vc.example.com",
  "vcenter.user": "u",
  "vcenter.password": "1234",
  "vcenter.insecure": "false",
  "telemetry.influx.url": "https://influx.example.com:8086",
  "telemetry.influx.database": "telegraf",
  "journalMirror.url": "https://influx.example.com:8086",
  "journalMirror.database": "affinity",
  "dns.server": "ns1.example.com",
  "dns.zone": "example.com",
  "dns.keyName": "affinity",
  "dns.algorithm": "hmac-sha384",
  "dns.secret": "c2VjcmV0",
  "moveRateLimit.perHour": "20",
  requests: "requests.csv",
  flows: "flows.csv",
  hostEvents: "events.csv",
  models: "models",
  modelsMaxAgeDays: "30",
  journal: "journal.duckdb",
  asOf: "newest",
  plan: '{"seed":1,"weights":{"moveCost":0.1}}',
};

const NUMBERS = ["-1", "many", "1e999", "[]", "{}", '{"a":1}', "NaN", "true"];
const NEVER: Readonly<Record<string, readonly string[]>> = {
  "vcenter.insecure": ["yes", "0", "[]", "{"],
  "vcenter.timeoutSeconds": [...NUMBERS, "601"],
  "telemetry.influx.url": ["ftp://x", "influx", "", "[1]"],
  "telemetry.influx.timeoutSeconds": NUMBERS,
  "journalMirror.url": ["file:///etc/hostname", "x", ""],
  "journalMirror.insecure": ["maybe"],
  "dns.algorithm": ["hmac-md5", "", "none", "constructor"],
  "dns.secret": ["not base64!", "", "****", "c2VjcmV0="],
  "dns.timeoutSeconds": [...NUMBERS, "61"],
  "moveRateLimit.perHour": [...NUMBERS, "1.5"],
  "moveRateLimit.perDay": [...NUMBERS, "0.1"],
  modelsMaxAgeDays: NUMBERS,
  asOf: ["soon", "yesterday", "[]"],
  device: ["tpu", ""],
  requests: ["", "[]", "{}"],
  flows: ["", '["a"]'],
  "plan.seed": ["one", "1.5", "[]"],
  "plan.weights": ["[]", "heavy", '{"moveCost":-1}', '{"no such":1}'],
};

/** One value that its setting never has, a name that nobody knows, or a name whose path leads through a value. */
export function breakStack(random: Random): Mutant {
  const values: Record<string, string> = { ...STACK };
  const set = (name: string, value: string): Mutant => {
    Object.defineProperty(values, name, { value, enumerable: true, configurable: true });
    return { what: `${name} = ${value}`, text: JSON.stringify(values) };
  };
  switch (random.integer(4)) {
    case 0: {
      const name = random.pick([
        ...[
          "__proto__",
          "__proto__.polluted",
          "constructor",
          "constructor.prototype.polluted",
          "vcenter.__proto__.polluted",
        ],
        ...[
          "prototype",
          "toString",
          "vcenter.k",
          "dns.key",
          "moveRateLimit.perWeek",
          "Journal",
          "journal.path",
          "a.b.c",
        ],
        ...[".", "..", "vcenter.", ".vcenter", "\ud800", "x'; DROP TABLE leases; --"],
      ]);
      return set(name, random.pick(["1", "x", '{"polluted":true}', "[]"]));
    }
    case 1:
      return set("vcenter", random.pick(["[]", "{", '{"k9":1}', "vc.example.com", "null"]));
    default: {
      const name = random.pick(Object.keys(NEVER));
      return set(name, random.pick(NEVER[name]));
    }
  }
}
