import { z } from "zod";
import { planConfigSchema } from "../engine/planner/request";
import { validate } from "../engine/validate";

const path = z.string().min(1);

export const vcenterSettingsSchema = z.strictObject({
  server: z.string().min(1).describe("Host name or address, with :port if it is not 443"),
  user: z.string().min(1),
  password: z.string().min(1),
  insecure: z.boolean().default(false).describe("Do not verify the certificate"),
  caFile: path.optional().describe("PEM file of the authority that signed the certificate"),
  timeoutSeconds: z.number().positive().max(600).default(30),
});
export type VcenterSettings = z.infer<typeof vcenterSettingsSchema>;

export const influxSettingsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe("Such as https://influx.example.com:8086"),
  database: z.string().min(1).describe("InfluxDB 1: the database; InfluxDB 2: the bucket"),
  user: z.string().optional(),
  password: z.string().optional().describe("InfluxDB 2: the token"),
  retentionPolicy: z.string().optional(),
  insecure: z.boolean().default(false).describe("Do not verify the certificate"),
  caFile: path.optional().describe("PEM file of the authority that signed the certificate"),
  timeoutSeconds: z.number().positive().max(600).default(60),
});
export type InfluxSettings = z.infer<typeof influxSettingsSchema>;

export const dnsSettingsSchema = z.strictObject({
  server: z.string().min(1).describe("The zone's primary server: host name or address, with :port if it is not 53"),
  zone: z.string().min(1).describe("Such as example.com"),
  keyName: z.string().min(1).describe("Name of the TSIG key that may update the zone"),
  algorithm: z.enum(["hmac-sha256", "hmac-sha384", "hmac-sha512"]).default("hmac-sha256"),
  secret: z.base64().min(1).describe("The key's secret, base64"),
  timeoutSeconds: z.number().positive().max(60).default(5),
});
export type DnsSettings = z.infer<typeof dnsSettingsSchema>;

/**
 * What connects a run to the world: the same keys in `vsphere-affinity.yaml` (CLI) and in the stack's configuration
 * under `vsphere-affinity:` (provider). Secrets may come from the environment instead.
 */
export const settingsSchema = z
  .strictObject({
    vcenter: vcenterSettingsSchema.optional(),
    inventory: path.optional().describe("Inventory file, in place of a vCenter"),
    telemetry: z
      .union([z.strictObject({ duckdb: path }), z.strictObject({ influx: influxSettingsSchema })])
      .optional()
      .describe("Absent: plans rest on configured sizes"),
    journal: path.default("vsphere-affinity.journal.duckdb"),
    models: path.optional().describe("Folder of trained models, as `train` writes them; absent: baselines serve"),
    modelsMaxAgeDays: z
      .number()
      .positive()
      .default(90)
      .describe(
        "A trained model that has learned nothing newer is stale: its fallback serves until it is trained anew",
      ),
    hostEvents: path.optional().describe("Known troubles of hosts: CSV, or a JSON object a line"),
    flows: path
      .optional()
      .describe(
        "Network flows among VMs: CSV, or a JSON object a line; `train` and scheduled runs take in what is new",
      ),
    requests: path.optional().describe("History of requests: CSV, or a JSON object a line"),
    asOf: z
      .union([z.enum(["now", "newest"]), z.iso.datetime()])
      .default("now")
      .describe("The instant plans are made for: now, that of the newest sample (data of the past), or a given one"),
    journalMirror: influxSettingsSchema
      .optional()
      .describe(
        "InfluxDB to which the log of actions, predictions and risk scores are copied; the journal stays the truth",
      ),
    moveRateLimit: z
      .strictObject({
        perHour: z.number().int().min(0).optional(),
        perDay: z.number().int().min(0).optional(),
      })
      .prefault({})
      .describe("Moves begun in one cluster in any hour and day, whichever schedules and stacks ask for them"),
    dns: dnsSettingsSchema
      .optional()
      .describe("Zone through which proactive allocation redirects traffic; absent: it never does"),
    device: z.enum(["auto", "webgpu", "webasm", "cpu", "plain"]).default("auto"),
    timeLimitSeconds: z
      .number()
      .positive()
      .optional()
      .describe(
        "Of the command line: after so long a search gives the best plan it has. Programs search to the end, since an " +
          "update must come to what its preview showed",
      ),
    plan: planConfigSchema.prefault({}),
  })
  .refine((settings) => (settings.vcenter === undefined) !== (settings.inventory === undefined), {
    error: "give either vcenter or inventory, and not both",
  });
export type Settings = z.infer<typeof settingsSchema>;
export const SETTING_KEYS = [
  "vcenter",
  "inventory",
  "telemetry",
  "journal",
  "models",
  "modelsMaxAgeDays",
  "hostEvents",
  "flows",
  "requests",
  "journalMirror",
  "moveRateLimit",
  "dns",
  "asOf",
  "device",
  "timeLimitSeconds",
  "plan",
] as const;

type Environment = Readonly<Record<string, string | undefined>>;
type Loose = Record<string, unknown>;

const record = (value: unknown): Loose => (value !== null && typeof value === "object" ? { ...(value as Loose) } : {});

/** Fills what `raw` leaves out from VSPHERE_* (as the vSphere provider names them) and INFLUX_*. */
export function withEnvironment(raw: Loose, environment: Environment): Loose {
  const settings = { ...raw };
  const fill = (target: Loose, key: string, value: unknown) => {
    if (target[key] === undefined && value !== undefined) target[key] = value;
  };
  if (settings.inventory === undefined && (settings.vcenter !== undefined || environment.VSPHERE_SERVER)) {
    const vcenter = record(settings.vcenter);
    fill(vcenter, "server", environment.VSPHERE_SERVER);
    fill(vcenter, "user", environment.VSPHERE_USER);
    fill(vcenter, "password", environment.VSPHERE_PASSWORD);
    if (environment.VSPHERE_ALLOW_UNVERIFIED_SSL) {
      fill(vcenter, "insecure", environment.VSPHERE_ALLOW_UNVERIFIED_SSL === "true");
    }
    settings.vcenter = vcenter;
  }
  const telemetry = record(settings.telemetry);
  if (telemetry.influx !== undefined) {
    const influx = record(telemetry.influx);
    fill(influx, "user", environment.INFLUX_USERNAME);
    fill(influx, "password", environment.INFLUX_TOKEN ?? environment.INFLUX_PASSWORD);
    settings.telemetry = { ...telemetry, influx };
  }
  if (settings.journalMirror !== undefined) {
    const mirror = record(settings.journalMirror);
    fill(mirror, "user", environment.INFLUX_USERNAME);
    fill(mirror, "password", environment.INFLUX_TOKEN ?? environment.INFLUX_PASSWORD);
    settings.journalMirror = mirror;
  }
  if (settings.dns !== undefined) {
    const dns = record(settings.dns);
    fill(dns, "secret", environment.DNS_TSIG_SECRET);
    settings.dns = dns;
  }
  return settings;
}

/** @throws AffinityError SETTINGS_INVALID listing every problem, unknown keys among them. */
export function parseSettings(raw: Loose, subject: string, environment: Environment = process.env): Settings {
  return validate(settingsSchema, withEnvironment(raw, environment), {
    code: "SETTINGS_INVALID",
    subject,
    hint: `known keys are ${SETTING_KEYS.join(", ")}`,
  });
}
