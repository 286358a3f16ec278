type Loose = Record<string, unknown>;

const CREDENTIALS = { user: "u", password: "p", insecure: false, caFile: "ca.pem", timeoutSeconds: 30 };

/** A configuration file that names everything there is to name. */
export const CONFIG: Loose = {
  vcenter: { server: "vc.example.com", ...CREDENTIALS },
  telemetry: { influx: { url: "http://influx.example.com:8086", database: "telegraf", ...CREDENTIALS } },
  journal: "journal.duckdb",
  journalMirror: {
    url: "http://influx.example.com:8086",
    database: "affinity",
    retentionPolicy: "year",
    ...CREDENTIALS,
  },
  models: "models",
  modelsMaxAgeDays: 90,
  hostEvents: "events.csv",
  flows: "flows.csv",
  requests: "requests.csv",
  asOf: "2026-01-12T08:00:00Z",
  moveRateLimit: { perHour: 20, perDay: 100 },
  dns: {
    server: "ns1.example.com",
    zone: "example.com",
    keyName: "affinity",
    algorithm: "hmac-sha256",
    secret: "c2VjcmV0",
    timeoutSeconds: 5,
  },
  device: "plain",
  timeLimitSeconds: 20,
  plan: { seed: 1, maxMoves: 10, gainThreshold: 0.1 },
};

export const STICKINESS: Loose = {
  owner: "p/s/n",
  cluster: "production",
  virtualMachines: ["db-1", "db-2"],
  keep: "apart",
  riskBound: 0.01,
  maxHours: 24,
  mandatory: false,
};

export const SCHEDULE: Loose = {
  owner: "p/s/n",
  cluster: "production",
  windows: [{ recurrence: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0", durationMinutes: 120, timeZone: "Europe/Berlin" }],
  budget: { movesPerRun: 10, movesPerDay: 40, concurrency: 4 },
  thresholds: { risk: 0.02 },
  executor: "vcenter",
  drs: "hold",
  priority: "lowPriority",
  onFailure: "stop",
};

export const PREPARATION: Loose = {
  owner: "p/s/n",
  cluster: "production",
  application: "backup",
  user: "anna",
  preparationThreshold: 0.7,
  windowMinutes: 15,
  hosts: 2,
  reserve: { cpuMhz: 4000, memoryMib: 16384, datastoreGib: 50 },
  leastShare: 0.5,
  datastore: "fast",
  placeholder: "thick",
  probe: { template: "backup-worker", vcpus: 2, memoryMib: 512, timeoutSeconds: 120 },
  poolName: "ready",
};

export const PROACTIVE: Loose = {
  owner: "p/s/n",
  cluster: "production",
  virtualMachines: ["web-1", "web-2", "web-3"],
  needed: 2,
  criticality: "high",
  riskThreshold: 0.02,
  riskBound: 0.01,
  maxReplicas: 8,
  reserve: true,
  traffic: { name: "web.example.com", addresses: { "web-1": "192.0.2.11", "web-2": "2001:db8::12" } },
};

/** What no type says of a proactive allocation: its parts must fit each other. */
export const PROACTIVE_NEVER: readonly Loose[] = [
  { needed: 9 },
  { virtualMachines: ["web-1", "web-1", "web-2"] },
  { traffic: { name: "web.example.com", addresses: { "web-9": "192.0.2.11" } } },
  { traffic: { name: "web.example.com", addresses: { "web-1": "192.0.2.300" } } },
  { traffic: { name: "web.example.com", addresses: { "web-1": "2001:db8::1", "web-2": "2001:DB8:0::1" } } },
  { traffic: { name: "", addresses: {} } },
  { riskBound: 1e-9 },
  { riskThreshold: 1 },
];

/** As of a host preparation. */
export const PREPARATION_NEVER: readonly Loose[] = [
  { application: undefined, user: undefined },
  { windowMinutes: 7 },
  { windowMinutes: 245 },
  { hosts: 0 },
  { hosts: 1.5 },
  { preparationThreshold: 1 },
  { poolName: "a/b" },
  { poolName: "x".repeat(81) },
  { reserve: { cpuMhz: -1 } },
  { probe: true },
  { leastShare: 0 },
  { placeholder: "thin" },
];

/** A trained graph of who talks to whom. */
export const PROPAGATION: Loose = {
  model: "propagation",
  version: 1,
  trainedUntil: 1_767_000_000,
  samples: 3,
  skill: null,
  graph: {
    updatedAt: 1_767_000_000,
    halfLifeSeconds: 604_800,
    nodes: ["vm-1", "vm-2"].map((id) => ({
      id,
      tier: "web",
      criticality: 0.5,
      allocation: { cpuMhz: 2000, memoryMb: 4096, storageMb: 1000 },
    })),
    edges: [{ from: "vm-1", to: "vm-2", weight: 12.5, declared: false }],
  },
  rules: { declared: 0.8, observed: 0.5, tiers: { web: 0.6 }, criticality: 1.5, relief: 0.5 },
};

export const TERRAFORM: Loose = {
  format_version: "1.2",
  planned_values: {},
  resource_changes: [
    {
      address: "vsphere_virtual_machine.a",
      mode: "managed",
      type: "vsphere_virtual_machine",
      name: "a",
      change: { actions: ["create"], before: null, after: { name: "a", num_cpus: 2 }, after_unknown: {} },
    },
  ],
  configuration: { root_module: { resources: [{ type: "vsphere_virtual_machine", name: "a", expressions: {} }] } },
};
